"""核对报到账本的离线副本：python verify_ledger.py 账本.zip --digest XXXX-XXXX-…

Needs Python 3.8 or newer and nothing else; reads one file and writes nothing. It checks
each row against its batch, each batch against the one before it, and the chain against
the digests that you give: codes that you copied from the notice board yourself. Without
one it sees what was altered inside, but not a ledger that was replaced as a whole."""

import argparse
import hashlib
import json
import sys
import zipfile

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HEAD = [
    "format", "seq", "generation", "cluster", "ledger", "opened", "closed", "from_xid",
    "to_xid", "first_xid", "last_xid", "n", "digest", "at", "prev", "hash",
]  # fmt: skip
FORGOTTEN, EVENT = "acts_forgotten", "acts_event"
# Which tables forget, and by which act alone.
FORGETS = {EVENT: "retention.run", "scoring_entry": "retention.run"}


def sha(data):
    return hashlib.sha256(data).hexdigest()


def short(digest):
    number, text = int(digest[:30], 16), ""
    for _ in range(24):
        number, rest = divmod(number, 32)
        text = ALPHABET[rest] + text
    return "-".join(text[i : i + 4] for i in range(0, 24, 4))


def tidy(code):
    kept = "".join(c for c in code.upper() if c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


class Ledger:
    def __init__(self, path):
        self.file = zipfile.ZipFile(path)
        self.names = set(self.file.namelist())
        self.faults = []
        self.seals = [
            {name: row[i] for i, name in enumerate(HEAD)}
            for row in self.json("seals.jsonl")
        ]
        self.rows = 0
        self.pending = 0
        self.forgotten = {}  # (batch, place) -> transaction that says so
        self.acted = set()  # (action, transaction) of sealed events

    def lines(self, name):
        if name not in self.names:
            return []
        return self.file.read(name).decode("utf-8").split("\n")[:-1]

    def json(self, name):
        return [json.loads(line) for line in self.lines(name)]

    def batch(self, seal):
        """(place, hash, text) of the rows of a batch."""
        name = f"rows/{seal['seq']:08}.txt"
        for place, line in enumerate(self.lines(name), 1):
            leaf, _, text = line.partition("\t")
            yield place, leaf, text

    def fault(self, seal, said, place=None, text=""):
        where = f"{seal['ledger']} 第 {seal['seq']} 批"
        if place:
            where += f" 第 {place} 行"
        if text:
            where += " " + str(json.loads(text)[1])
        self.faults.append(f"{where}：{said}")

    def check_chain(self):
        prev, expected = "0" * 64, 1
        for seal in self.seals:
            said = [seal[name] for name in HEAD[:-1]]
            text = json.dumps(said, separators=(",", ":"))
            if seal["seq"] != expected:
                self.fault(seal, f"前面缺封条，应当是第 {expected} 批")
            if sha(text.encode("utf-8")) != seal["hash"]:
                self.fault(seal, "封条被改过")
            if seal["prev"] != prev:
                self.fault(seal, "和前一批接不上，前面的封条被换过、挪过或抽掉过")
            prev, expected = seal["hash"], seal["seq"] + 1

    def read_forgotten(self):
        """Which places are empty because their time was over: a sealed table, too."""
        for seal in self.seals:
            if seal["ledger"] != FORGOTTEN:
                continue
            at = {name: i for i, name in enumerate(seal["opened"])}
            for _, leaf, text in self.batch(seal):
                if text and sha(text.encode("utf-8")) == leaf:
                    row = json.loads(text)
                    for place in row[at["positions"]]:
                        self.forgotten[row[at["seq"]], place] = row[at["xid"]]

    def check_rows(self):
        empty = []
        for seal in self.seals:
            digest, n = hashlib.sha256(), 0
            for place, leaf, text in self.batch(seal):
                digest.update(bytes.fromhex(leaf))
                n += 1
                if not text:
                    empty.append((seal, place))
                elif sha(text.encode("utf-8")) != leaf:
                    self.fault(seal, "内容和封存时不一样，被改过", place, text)
                elif seal["ledger"] == EVENT:
                    row, at = json.loads(text), seal["opened"].index
                    self.acted.add((row[at("action")], row[at("xid")]))
            self.rows += n
            if n != seal["n"] or digest.hexdigest() != seal["digest"]:
                self.fault(seal, "这一批的行目录被改过或没有了")
        waits = any(self.lines(f"rest/{FORGOTTEN}.txt"))
        for seal, place in empty:
            said = self.forgotten.get((seal["seq"], place))
            if said is None and waits:
                text = (
                    "这一行没有了，到期删除的记录可能还没有封存：过几分钟重新导出再核对"
                )
                self.fault(seal, text, place)
            elif said is None:
                self.fault(seal, "这一行没有了，也没有到期删除的记录", place)
            elif (FORGETS.get(seal["ledger"]), said) not in self.acted:
                self.fault(seal, "写着到期删除，却没有哪次办理对得上", place)

    def check_rest(self):
        """Rows in no batch: they wait, or were put in where all was sealed already."""
        last = {seal["ledger"]: seal for seal in self.seals}
        for name in sorted(n for n in self.names if n.startswith("rest/")):
            seal = last.get(name[5:-4])
            for line in self.lines(name):
                xid, _, pk = line.partition("\t")
                table = name[5:-4]
                if seal and int(xid) < seal["to_xid"]:
                    self.faults.append(
                        f"{table} {pk}：这一行是后来塞进去的，它的位置早已封存"
                    )
                else:
                    self.pending += 1

    def check_digests(self, codes):
        heads = {seal["seq"]: seal["hash"] for seal in self.seals}
        for day, seq, digest, code, _, _ in self.json("digests.jsonl"):
            if heads.get(seq) != digest:
                self.faults.append(
                    f"{day} 的封存码 {code} 对不上：到那一天为止的账被改写或截掉过"
                )
        known = {tidy(short(seal["hash"])): seal for seal in self.seals}
        known.update({tidy(seal["hash"]): seal for seal in self.seals})
        for code in codes:
            seal = known.get(tidy(code))
            if seal:
                print(f"封存码 {code} 对得上：第 {seal['seq']} 批和以前的都在里面。")
            else:
                self.faults.append(
                    f"封存码 {code} 不在账里：账被整个换过，或者末尾被截掉了；也请看看有没有抄错"
                )


def main():
    sys.stdout.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(description="核对报到账本的离线副本")
    parser.add_argument("file", help="导出的 zip 文件")
    parser.add_argument(
        "--digest", action="append", default=[], help="公告栏上的封存码，可以写几个"
    )
    options = parser.parse_args()
    ledger = Ledger(options.file)
    ledger.check_chain()
    ledger.read_forgotten()
    ledger.check_rows()
    ledger.check_rest()
    ledger.check_digests(options.digest)
    print(
        f"看了 {len(ledger.seals)} 批、{ledger.rows} 行；{len(ledger.forgotten)} 行到期删除；{ledger.pending} 行还没有封存。"
    )
    for fault in ledger.faults:
        print("✗ " + fault)
    if ledger.faults:
        print(f"有 {len(ledger.faults)} 处不对。")
        return 1
    print("没有发现改动。")
    if not options.digest:
        print(
            "没有给出封存码：账要是被整个换过，这样看不出来。请用 --digest 写上公告栏上的码。"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
