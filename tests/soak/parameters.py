"""What someone who may only choose a parameter would try. Who tries it is in doors.

``{root}`` is a folder that may be used and ``{outside}`` one beside it, ``{bucket}`` a
bucket of which the prefix ``allowed`` may be, ``{trap}`` a host that waits for calls.
"""

from collections.abc import Iterator
from itertools import product

_FILE = "in/x.parquet"
_STARTS = ("{root}", "{root}/in", "{root}/in/.", ".", "in", "in/..", "nowhere", "~")
_CLIMBS = (
    *("..", "../outside", "../../outside", f"../outside/{_FILE}", "../outside/*"),
    *(f"..//outside/./{_FILE}", "../outside/**/*.parquet", "../root/../outside"),
)
_ABSOLUTE = (
    *("/", "//", "/.", "/..", "/*", "/**", "/*/*", "/e*/passwd", "///etc/passwd"),
    *("/etc/passwd", "/etc/shadow", "/etc", "/root/.ssh/id_rsa", "/tmp", "/var/log"),  # noqa: S108 - tried, not used
    *("/proc/self/environ", "/proc/self/root/etc/passwd", "/proc/self/cwd/../outside"),
    *("/proc/self/fd/0", "/dev/stdin", "/dev/zero", "/dev/fd/0", "/sys", "/dev/shm"),  # noqa: S108 - the same
    *("{outside}", f"{{outside}}/{_FILE}", "{outside}/*", "{outside}/in/", "{root}X"),
    *(f"{{root}}X/{_FILE}", "{root}*/in", "{root}?/in", "~root", "~nobody/x", "~/.ssh"),
)
_LINKS = (
    *("{root}/link_out", "link_out", f"link_out/{_FILE}", "{root}/link_out/*"),
    *("link_out/in/..", "link_out/new", "*/x.parquet", "link*/in/x.parquet", "up"),
    *("up/outside", "up/*/in/*.parquet", "**/x.parquet", "**", "{root}", "{root}/*"),
    *("file_out.parquet", "*.parquet", "chain", f"chain/{_FILE}", "loop", "loop/x"),
    *("in/../link_out", "{root}/li[n]k_out/in", "commits", "data", "watched"),
)
_SCHEMES = (
    *("file", "http", "https", "ftp", "s3a", "s3n", "hdfs", "gcs", "az", "wasb", "adl"),
    *("memory", "zip", "simplecache", "github", "sftp", "ssh", "smb", "git", "abfss"),
    *(
        "FILE",
        "Http",
        "oci",
        "dbfs",
        "gs",
        "abfs",
        "arrow_hdfs",
        "webhdfs",
        "reference",
    ),
)
_TARGETS = ("{trap}/x.parquet", "/etc/passwd", f"{{outside}}/{_FILE}")
_HALF_SCHEMES = (
    *("file:/etc/passwd", "file:{outside}", "http:/{trap}/x", "s3:/{bucket}/secret"),
    *("zip::s3://{bucket}/secret", "simplecache::file://{outside}", "://x", "s3:"),
    *("filecache::http://{trap}/x", "s3://{bucket}/allowed::http://{trap}", "//{trap}"),
    *(
        "data:text/plain,x",
        "s3\N{FULLWIDTH COLON}//{bucket}/secret",
        " s3://{bucket}/s",
    ),
    *("\ts3://{bucket}/secret", "s3:\\\\{bucket}\\secret", "jar:file:{outside}!/x"),
)
_BUCKETS = (
    *(
        "s3://",
        "s3:///",
        "s3:///secret",
        "s3://.",
        "s3://..",
        "s3://../secret",
        "s3://*",
    ),
    *("s3://{bucket}", "s3://{bucket}/", "s3://{bucket}/secret", "s3://{bucket}/*"),
    *("s3://{bucket}/secret/x.parquet", "s3://{bucket}/**", "s3://{bucket}/[a-z]*/x"),
    *(
        "s3://{bucket}/allowed/../secret",
        "s3://{bucket}/allowed/../../x",
        "S3://{trap}",
    ),
    *("s3://{bucket}/allowed/%2e%2e/secret", "s3://{bucket}/allowed%2f..%2fsecret"),
    *(
        "s3://{bucket}/allowed//secret",
        "s3://{bucket}/./secret",
        "s3://{bucket}//secret",
    ),
    *("s3://{bucket}/allowedX", "s3://{bucket}/allowe*", "s3://{bucket}/allowed*"),
    *(
        "s3://{bucket}/allowed?endpoint_override={trap}",
        "s3://{bucket}?endpoint={trap}",
    ),
    *("s3://{bucket}/allowed/x?endpoint_override=http%3A%2F%2F{trap}", "s3://{trap}/x"),
    *(
        "s3://{bucket}/allowed#x",
        "s3://user:word@{bucket}/allowed",
        "s3://{bucket}:80/x",
    ),
    *(
        "s3://{bucket}@{trap}/allowed",
        "s3://{trap}#@{bucket}/x",
        "s3://{bucket}\\secret",
    ),
    *("s3://{bucket}%2fsecret", "s3://{bucket}\0/x", "s3://{bucket}/allowed/\0"),
    *("s3://{bucket}/allowed/\r\nHost: {trap}", "s3://{bucket}/allowed/..\\secret"),
    *("s3://{bucket}-other/allowed", "s3://{bucket}.{trap}/allowed", "s3://[::1]/x"),
    *("s3://{bucket}/allowed\N{DIVISION SLASH}..\N{DIVISION SLASH}secret", "gs://x/y"),
    *("abfs://container@{trap}/x", "abfs://{bucket}/allowed", "gs://{bucket}/allowed"),
)
_LETTERS = (
    *("", " ", "\0", "{root}/a\0b", "{root}/in\0/../../outside", "\n", "in\n", "\r\n"),
    *(
        "\x1b[31mred",
        "\x7f",
        "{root}/in\n/../../outside",
        "\N{RIGHT-TO-LEFT OVERRIDE}x",
    ),
    *("\ud800", "in\udcff", "\ufeff..", "..\u200b/outside", "%2e%2e%2foutside", "%00"),
    *("\N{FULLWIDTH FULL STOP}" * 2 + "/outside", "\N{TWO DOT LEADER}/outside"),
    *("..\N{DIVISION SLASH}outside", "..\N{FRACTION SLASH}outside", "..%c0%afoutside"),
    *(
        "..\\outside",
        "\\..\\outside",
        "C:\\Windows",
        "\\\\{trap}\\share",
        "..%252foutside",
    ),
    *(
        "$HOME",
        "${{HOME}}/../outside",
        "`id`",
        "$(cat /etc/passwd)",
        "{{{{ x }}}}",
        "-",
    ),
    *(
        "--help",
        "; rm -rf /",
        "| cat",
        "<script>",
        "%s%n",
        "{{0.__class__}}",
        "[",
        "[!",
    ),
    *(
        "{root}/[",
        "{root}/**/..",
        "*/../../outside",
        "**/**/**",
        "[a-z]*/../../outside",
    ),
)
_LONG = (
    *("a" * 300, "../" * 2_000 + "etc/passwd", "a/" * 3_000, "x" * 100_000),
    *("{root}/" + "a" * 256, "{root}/" + "in/../" * 500 + "../outside", "~" * 5_000),
    *("s3://{bucket}/allowed/" + "a" * 2_000, "s3://" + "b" * 300, "*" * 300),
    *("{root}/" + "*/" * 200, "[" * 2_000, "é" * 200, "s3://{bucket}/" + "*" * 500),
)


def parameters(**places: str) -> Iterator[str]:
    """Give all that is tried, each once.

    Args:
        places: What stands for ``root``, ``outside``, ``bucket`` and ``trap``.
    """
    climbs = [f"{start}/{climb}" for start, climb in product(_STARTS, _CLIMBS)]
    schemes = [f"{scheme}://{target}" for scheme, target in product(_SCHEMES, _TARGETS)]
    tables = (climbs, _ABSOLUTE, _LINKS, schemes, _HALF_SCHEMES, _BUCKETS, _LETTERS)
    seen = {text for table in (*tables, _LONG) for text in table}
    yield from sorted(text.format(**places) for text in seen)
