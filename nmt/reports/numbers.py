"""Numbers as a reader wants them: few digits, thousands separated, a real minus sign; and lists in a sentence."""

from collections.abc import Sequence


def count(value: float) -> str:
    """12345 -> "12,345"."""
    return f"{round(value):,}".replace("-", "\N{MINUS SIGN}")


def millions(value: int) -> str:
    """10612345 -> "10.6 M"; below a million "873 k", below a thousand the number itself."""
    if value >= 999_500:
        return f"{value / 1e6:.1f} M"
    return f"{value / 1e3:.0f} k" if value >= 1000 else str(value)


def fixed(value: float, digits: int = 1) -> str:
    """38.1234 -> "38.1", never "-0.0"."""
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", "\N{MINUS SIGN}")


def signed(value: float, digits: int = 2) -> str:
    """1.234 -> "+1.23"."""
    text = fixed(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def duration(seconds: float) -> str:
    """1134 -> "18 min 54 s"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    if minutes:
        return f"{minutes} min {rest:02d} s" if rest else f"{minutes} min"
    return f"{rest} s"


def memory(num_bytes: int) -> str:
    """1525000000 -> "1.42 GiB"."""
    return f"{num_bytes / 2**30:.2f} GiB" if num_bytes >= 2**30 else f"{num_bytes / 2**20:.0f} MiB"


def probability(p_value: float) -> str:
    """0.0004 -> "p < 0.001"; 0.0123 -> "p = 0.012"; 0.51 -> "p = 0.51"."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.3f}" if p_value < 0.0995 else f"p = {p_value:.2f}"


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """37.02, 39.18 -> "37.0 to 39.2"; empty when there is none."""
    if low is None or high is None:
        return ""
    return f"{fixed(low, digits)} to {fixed(high, digits)}"


def share(part: float, whole: float) -> str:
    """3, 150 -> "2.0 %"."""
    return f"{fixed(100 * part / whole) if whole else 0} %"


def listing(items: Sequence[str]) -> str:
    """["a", "b", "c"] -> "a, b and c"."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)
