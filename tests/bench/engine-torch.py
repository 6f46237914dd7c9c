# Owns: PyTorch's side of the engine bench: the same GPT, the same shapes, threads given as argument. Prints one JSON object.
import json, sys, time
import torch
import torch.nn.functional as F
from torch import nn

THREADS = int(sys.argv[1])
torch.set_num_threads(THREADS)
V, D, L, H, T, B = 64, 128, 4, 4, 128, 32


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.proj = nn.Linear(D, 3 * D, bias=False), nn.Linear(D, D, bias=False)
        self.fc, self.out = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)

    def forward(self, x, cache=None):
        b, t, _ = x.shape
        q, k, v = (p.view(b, t, H, D // H).transpose(1, 2) for p in self.qkv(self.ln1(x)).split(D, dim=2))
        if cache is not None:
            past, at = cache
            past[0][:, :, at : at + t], past[1][:, :, at : at + t] = k, v
            k, v = past[0][:, :, : at + t], past[1][:, :, : at + t]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
        x = x + self.proj(y.transpose(1, 2).reshape(b, t, D))
        return x + self.out(F.relu(self.fc(self.ln2(x))).square())


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(V, D), nn.Embedding(T, D)
        self.blocks = nn.ModuleList(Block() for _ in range(L))
        self.ln, self.head = nn.LayerNorm(D), nn.Linear(D, V, bias=False)

    def forward(self, tokens, at=0, caches=None):
        x = self.wte(tokens) + self.wpe(torch.arange(at, at + tokens.shape[1]))
        for index, block in enumerate(self.blocks):
            x = block(x, None if caches is None else (caches[index], at))
        return self.head(self.ln(x))


torch.manual_seed(1)
model = Gpt()
assert sum(p.numel() for p in model.parameters()) == 824_064
adam = torch.optim.AdamW(model.parameters(), lr=1e-4)
tokens, targets = torch.randint(V, (B, T)), torch.randint(V, (B, T))


def step():
    adam.zero_grad()
    F.cross_entropy(model(tokens).view(-1, V), targets.view(-1)).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    adam.step()


@torch.inference_mode()
def sample():
    caches = [(torch.empty(B, H, T, D // H), torch.empty(B, H, T, D // H)) for _ in range(L)]
    logits = model(torch.randint(V, (B, 64)), 0, caches)[:, -1]
    for at in range(64, 128):
        token = torch.multinomial(F.softmax(logits, -1), 1)
        F.log_softmax(logits, -1).gather(1, token)
        if at < 127:
            logits = model(token, at, caches)[:, -1]


def timed(run, runs, warm):
    seconds = []
    for index in range(runs + warm):
        started = time.perf_counter()
        run()
        if index >= warm:
            seconds.append(time.perf_counter() - started)
    return seconds


print(json.dumps({"version": torch.__version__, "step": timed(step, 15, 3), "sampled": [B * 64 / s for s in timed(sample, 9, 2)]}))
