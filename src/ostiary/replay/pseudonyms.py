"""Pseudonyms for what names people and their things: the same name gives the same pseudonym, wherever it stands.

In: a text, and what kind of thing it is. Out: a text of the same shape: an ARN for an ARN, twelve digits for an account, an
address for an address, and `id-` with twelve hexadecimal digits for a name.
Invariant: keyed (HMAC-SHA256), so that without the key no guess can be checked, and the same with every run of one key. What is
AWS's own stays: services, Regions, partitions, the type words of ARNs, managed policies, service-linked roles, wildcards and
policy variables.
Not here: where such texts stand in findings, policies and events (`anonymize`).
"""

import functools
import hashlib
import hmac
import ipaddress
import re

from ostiary.cloudtrail.reference import Reference

SHORTEST_KEY = 16
"""How many bytes a key must have, so that it cannot be guessed."""
_SHORTEST_KNOWN = 3
"""Names that are shorter stand in every second word of a running text."""

_WILD = re.compile(r"(\$\{[^}]*\}|[*?]+)")
_SEPARATOR = re.compile(r"(\$\{[^}]*\}|[/:,;@ ])")
_RUN = re.compile(r"[^\W_]+")
_PARTITION = re.compile(r"aws(?:-[a-z]+)*|\*")
_MANAGED = re.compile(r"arn:aws[a-z-]*:iam::aws:\S+")

# Shapes that are kept.
_ACCOUNT = r"\d{12}"
_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_UNIQUE_ID = r"A(?:KIA|SIA|ROA|IDA|GPA|IPA|NPA|NVA|SCA|PKA|BIA|CCA)[A-Z0-9]{4,}"
_RESOURCE_ID = (
    r"(?:i|ami|vol|snap|eni|sg|sgr|acl|rtb|igw|nat|eipalloc|lt|vpc|vpce|vpce-svc|subnet|tgw|tgw-attach|vgw|pcx|fs|fsap)-[0-9a-f]{8,17}"
    r"|o-[a-z0-9]{10,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|r-[0-9a-z]{4,32}"
)
_SSO_ROLE = re.compile(r"AWSReservedSSO_(.+)_([0-9a-f]{16})")

# What says nothing about anybody.
_PLACE = r"(?:[a-z]{2}|us-gov|us-iso[a-z]?|eu-isoe)-[a-z]+-\d[a-z]?"
_TIME = r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z?)?"
_NUMBER = r"\d{1,6}(?:\.\d{1,6})?"
_STAYS = re.compile(rf"[\W_]*|{_PLACE}|{_TIME}|{_NUMBER}|AWSServiceRoleFor\w+|[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")
_OWN_WORDS = frozenset(
    {
        *(
            "root",
            "aws",
            "true",
            "false",
            "null",
            "Allow",
            "Deny",
            "Yes",
            "No",
            "AWS",
            "AWS Internal",
            "HIDDEN_DUE_TO_SECURITY_REASONS",
        ),
        *(
            "aws-service-role",
            "aws-reserved",
            "service-role",
            "ANONYMOUS_PRINCIPAL",
            "FullAWSAccess",
            "RCPFullAWSAccess",
        ),
    }
)
_HOST_WORDS = frozenset({"amazonaws", "com", "cn", "dualstack", "vpce", "console", "signin"})

_IN_TEXT = re.compile(
    r"(?P<arn>arn:aws[a-z-]*:[^\s\"'<>()\[\],;|]+)"
    rf"|(?P<piece>(?<![\w-])(?:{_UUID}|{_UNIQUE_ID}|{_RESOURCE_ID}|{_ACCOUNT})(?![\w-]))"
    r"|(?P<address>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]))"
)


class Pseudonyms:
    """Gives pseudonyms with a key of at least `SHORTEST_KEY` bytes (ValueError), and remembers the names that it was given."""

    def __init__(self, key: bytes) -> None:
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"a key has at least {SHORTEST_KEY} bytes")
        self._key = key
        self._known: dict[str, list[tuple[int, str, str]]] = {}
        """By the first run of letters and digits of a name: where in the name it stands, the name, its pseudonym."""
        self._name = functools.cache(self._new_name)
        # PERF: events say the same things again and again
        self._value = functools.cache(self._new_value)
        self._text = functools.cache(self._new_text)
        self._learning = True

    def learned(self) -> None:
        """From now on running texts are read; before, they are left as they are, since not all names are known."""
        self._learning = False

    def name(self, text: str) -> str:
        """The pseudonym of a name, whatever it names."""
        return self._name(text)

    def account(self, text: str) -> str:
        """Twelve digits for an account id, and as many as there are for a part of one; anything else is a name."""
        return self._digits(text) if text.isdecimal() else self.value(text)

    def address(self, text: str) -> str:
        """An address of a reserved block (240.0.0.0/4, 2001:db8::/32) for an IP address (ValueError)."""
        address = ipaddress.ip_address(text)
        bits = int.from_bytes(self._digest("address", str(address)), "big")
        if isinstance(address, ipaddress.IPv4Address):
            return str(ipaddress.IPv4Address(0xF000_0000 | bits % (1 << 28)))
        return str(ipaddress.IPv6Address((0x2001_0DB8 << 96) | bits % (1 << 96)))

    def arn(self, text: str) -> str:
        """An ARN of the same service, Region and type of resource; what is no ARN is a value."""
        parts = text.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn":
            return self._path(text)
        if _MANAGED.fullmatch(text):
            return text
        _, partition, service, place, account, rest = parts
        head = (
            "arn",
            partition if _PARTITION.fullmatch(partition) else self.piece(partition),
            service if service in _prefixes() else self.piece(service),
            self.piece(place),
            "".join(self.account(each) for each in re.split(r"([*?]+)", account)),
        )
        return ":".join((*head, self._path(rest, type_words(service))))

    def value(self, text: str) -> str:
        """A text that is one value, of whatever kind: it is taken apart where names are put together."""
        return self._value(text)

    def _new_value(self, text: str) -> str:
        if text in _OWN_WORDS or _STAYS.fullmatch(text):
            return text
        return self.arn(text) if text.startswith("arn:") else self._path(text)

    def condition_key(self, text: str) -> str:
        """A condition key: it is AWS's own but for the tag that it may name, in whatever case."""
        key, slash, tag = text.partition("/")
        return f"{key}/{self.name(tag.lower())}" if slash and tag else self.text(text)

    def text(self, text: str) -> str:
        """Running text: what has the shape of an identifier is replaced, and so are names that were met before `learned`."""
        return text if self._learning else self._text(text)

    def _new_text(self, text: str) -> str:
        pieces = []
        end = 0
        for found in _IN_TEXT.finditer(text):
            pieces += [self._without_known(text[end : found.start()]), self._recognized(found)]
            end = found.end()
        return "".join((*pieces, self._without_known(text[end:])))

    def piece(self, text: str) -> str:
        """One part of a name, between separators: wildcards and policy variables stay, and what is AWS's own."""
        pieces = _WILD.split(text)
        if len(pieces) > 1:
            return "".join(each if place % 2 else self.piece(each) for place, each in enumerate(pieces))
        if text in _OWN_WORDS or _STAYS.fullmatch(text):
            return text
        if text.endswith((".amazonaws.com", ".amazonaws.com.cn")):  # a host may begin with the name of a bucket
            return ".".join(each if each in _HOST_WORDS | _prefixes() else self.piece(each) for each in text.split("."))
        return self._shaped(text) or self.name(text)

    def _shaped(self, text: str) -> str | None:
        """A pseudonym of the same shape, for the shapes that are kept."""
        if re.fullmatch(_ACCOUNT, text):
            return self._digits(text)
        if re.fullmatch(_UUID, text):
            uuid = self._digest("uuid", text.lower()).hex()
            return "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:32]))
        if _is_address(text):
            return self.address(text)
        if re.fullmatch(_UNIQUE_ID, text):
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            digest = self._digest("unique", text)[: max(len(text) - 4, 16)]
            return self._noted(text, text[:4] + "".join(letters[each % 32] for each in digest))
        if re.fullmatch(_RESOURCE_ID, text):
            start, _, rest = text.rpartition("-")
            return self._noted(text, f"{start}-{self._digest('resource', text).hex()[: len(rest)]}")
        if found := _SSO_ROLE.fullmatch(text):
            return f"AWSReservedSSO_{self.name(found[1])}_{self._digest('sso', found[2]).hex()[:16]}"
        return None

    def _path(self, text: str, words: frozenset[str] = frozenset()) -> str:
        """A name with its path; `words` are those of AWS that stand before names."""
        if _is_address(text):
            return self.address(text)
        parts = _SEPARATOR.split(text)
        # The last part is always a name: the type of `table/orders`, but a bucket that is called `table`.
        return "".join(
            part if place % 2 or (part in words and place + 1 < len(parts)) else self.piece(part)
            for place, part in enumerate(parts)
        )

    def _new_name(self, text: str) -> str:
        return self._noted(text, f"id-{self._digest('name', text).hex()[:12]}")

    def _noted(self, text: str, made: str) -> str:
        first = _RUN.search(text)
        if first and len(text) >= _SHORTEST_KNOWN:
            known = self._known.setdefault(first[0], [])
            entry = (first.start(), text, made)
            if entry not in known:
                known.append(entry)
                known.sort(key=lambda each: -len(each[1]))
        return made

    def _recognized(self, found: re.Match[str]) -> str:
        text = found[0]
        if found.lastgroup == "arn":
            end = len(text.rstrip(".:"))
            return self.arn(text[:end]) + text[end:]
        if found.lastgroup == "address" and not _is_address(text):
            return text
        return self.piece(text)

    def _without_known(self, text: str) -> str:
        """A text in which the names that were met before are replaced, where they stand as words."""
        pieces = []
        end = 0
        for run in _RUN.finditer(text):
            for offset, name, made in self._known.get(run[0], ()) if run.start() >= end else ():
                start = run.start() - offset
                stop = start + len(name)
                if (
                    start >= end
                    and text.startswith(name, start)
                    and not (text[stop : stop + 1].isalnum() and name[-1].isalnum())
                ):
                    pieces += [text[end:start], made]
                    end = stop
                    break
        return "".join((*pieces, text[end:]))

    def _digits(self, text: str) -> str:
        number = int.from_bytes(self._digest("account", text), "big")
        return f"{number % 10 ** len(text):0{len(text)}d}"

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256)


def _is_address(text: str) -> bool:
    if ":" not in text and text.count(".") != 3:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@functools.cache
def _prefixes() -> frozenset[str]:
    return frozenset(Reference.packaged().prefixes)


@functools.cache
def type_words(prefix: str) -> frozenset[str]:
    """The words before and between names in the ARNs of a service: `table` and `index` of DynamoDB."""
    service = Reference.packaged().service(prefix)
    templates = [each.template for each in service.types] if service else []
    words = {word for each in templates for word in re.split(r"[/:]", each.split(":", 5)[-1])}
    extra = {"assumed-role", "federated-user"} if prefix == "sts" else set()
    return frozenset(word for word in words | extra if word and not set("$*") & set(word))
