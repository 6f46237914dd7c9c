"""Tokens of 1,200 texts, code and unicode included, as Hugging Face's Python libraries make them from a tokenizer folder.

usage: pip install transformers==5.24.0 && python token_texts.py FOLDER HUMANEVAL.jsonl.gz > texts.jsonl
A line is {"text", "ids", "decoded", "chat"}: `ids` of the text alone, `decoded` without special tokens, `chat` of it as a user's message with the
prompt for an answer (null where the folder has no chat template).
"""

import gzip
import json
import os
import random
import sys

from tokenizers import Tokenizer
from transformers import AutoTokenizer

folder, problems = sys.argv[1:3]
tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
chat = AutoTokenizer.from_pretrained(folder)
random.seed(20261128)
texts = [
    "", " ", "\n", "\t\t", "  leading", "trailing  ", "a\r\nb\rc\n\n\nd", "don't you'LL I'm we'VE", "x" * 200, "0123456789", "１２３", "½ ² ①",
    "<|im_start|>user\nhi<|im_end|>", "<|endoftext|>", "<think>no</think>", "< |im_start| >", "e\u0301 é ﬁ ﬃ", "가각 \u1100\u1161", "नमस्ते दुनिया", "สวัสดีชาวโลก",
    "مرحبا بالعالم", "שלום", "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪", "\u200b\u200d\ufeff", "\u00a0\u2003\u3000x", "𝕏 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀀", "\u0000\u0001\u007f\u0085", "\u2028\u2029", "İıſK", "ǅ ǆ Ω",
    "日本語のテキスト、漢字かな交じり文。", "中文，没有空格。", "Ελληνικά", "русский текст", "tiếng Việt", "Zażółć gęślą jaźń", "∑∫√≠≤ ∀x∈ℝ", "/* c */ // x\n#!bin", "\\n \\u0041 \\\\",
]
with gzip.open(problems, "rt") as file:
    for line in file:
        problem = json.loads(line)
        texts += [problem["prompt"], problem["canonical_solution"], problem["test"][:400]]
blocks = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0x11FF), (0x1E00, 0x2BFF), (0x3000, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1FAFF)]
while len(texts) < 1000:
    low, high = random.choice(blocks)
    texts.append("".join(chr(random.choice([random.randint(low, high), random.randint(0x20, 0x7E), 0x20, 0x0A])) for _ in range(random.randint(1, 40))))
pieces = ["def f(x):\n", "    return ", "x[::-1]", "\t", "'", '"', "  ", "\n\n", "==", "->", "é", "日本", "😀", "1234", "lambda", "\r\n", "_", "'s", "’", "<|im_end|>", "\\", "{}", "…"]
while len(texts) < 1200:
    texts.append("".join(random.choice(pieces) for _ in range(random.randint(2, 30))))

for text in texts:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    asked = [{"role": "user", "content": text}]
    line = {
        "text": text,
        "ids": ids,
        "decoded": tokenizer.decode(ids, skip_special_tokens=True),
        "chat": chat.apply_chat_template(asked, add_generation_prompt=True, tokenize=True, return_dict=False) if chat.chat_template else None,
    }
    print(json.dumps(line))
