"""Train the small byte-level BPE tokenizer in bpe/ with Hugging Face's own library: Qwen's normaliser, pre-tokeniser pattern and chat form, 2,000 tokens.

usage: pip install tokenizers==0.23.3 && python make_tokenizer.py OUT   (run in the project's root: it learns from docs, examples and its own source)
"""

import glob
import json
import os
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

PATTERN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PLAIN = ["<think>", "</think>", "<tool_call>", "</tool_call>"]
CHAT = (
    "{%- if messages[0].role == 'system' %}{{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}{%- endif %}"
    "{%- for message in messages %}{%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}"
    "{%- elif message.role == 'assistant' %}{%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}"
    "{{- '<|im_start|>assistant\\n' + content + '<|im_end|>\\n' }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
tokenizer = Tokenizer(models.BPE())
tokenizer.normalizer = normalizers.NFC()
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Split(Regex(PATTERN), "isolated", invert=False), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(vocab_size=2000 - len(SPECIAL) - len(PLAIN), initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
files = sorted(glob.glob("docs/**/*.md", recursive=True) + glob.glob("domain/src/**/*.ts", recursive=True) + glob.glob("tests/**/*.py", recursive=True))
tokenizer.train(files, trainer)
tokenizer.add_special_tokens(SPECIAL)
tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in PLAIN])
tokenizer.save(os.path.join(out, "tokenizer.json"), pretty=False)
config = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "eos_token": "<|im_end|>",
    "pad_token": "<|endoftext|>",
    "model_max_length": 32768,
    "clean_up_tokenization_spaces": False,
    "chat_template": CHAT,
}
with open(os.path.join(out, "tokenizer_config.json"), "w") as file:
    json.dump(config, file, indent=1)
