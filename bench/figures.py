"""What a figure is and how it is printed."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`bar`: the value it should reach; `most`: whether it is an upper bound (None:
    told for its own sake). `note` says what was measured."""

    name: str
    value: float
    bar: float | None = None
    most: bool = True
    note: str = ""

    @property
    def ok(self) -> bool:
        if self.bar is None:
            return True
        return self.value <= self.bar if self.most else self.value >= self.bar

    def line(self) -> str:
        """BENCH name value bar ok|short."""
        bar = "-" if self.bar is None else f"{'<=' if self.most else '>='}{self.bar:g}"
        word = "ok" if self.ok else "short"
        note = f"  # {self.note}" if self.note else ""
        return f"BENCH {self.name} {self.value:.3f} {bar} {word}{note}"

    def row(self) -> dict[str, object]:
        """For the JSON file."""
        return {**asdict(self), "ok": self.ok}
