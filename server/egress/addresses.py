"""Which addresses may be called from here on behalf of others. Pure.

Owns: the rule. Does not own: calls (`server.egress.client`), or any name: a name proves nothing about where it leads.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CLOUD_METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Of those that a machine at a cloud may ask about itself, the one that is not in a private range."""
_NAT64 = IPv6Network("64:ff9b::/96")


def may_be_called(address: str, allowed: tuple[Network, ...]) -> bool:
    """Whether it lies in the internet, or in a network that the operator allows."""
    found = _meant(ip_address(address.partition("%")[0]))
    if is_allowed(address, allowed):
        return True
    return found.is_global and not found.is_multicast and found not in _CLOUD_METADATA


def is_allowed(address: str, allowed: tuple[Network, ...]) -> bool:
    """Whether it lies in a network that the operator allows by name."""
    found = _meant(ip_address(address.partition("%")[0]))
    return any(found in network for network in allowed)


def _meant(address: Address) -> Address:
    """The IPv4 address that is meant by an IPv6 address that holds one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
