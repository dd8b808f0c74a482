"""The resources of a FHIR file, those of bundles each for itself, and what their references stand for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from supervision_kit.records.json_values import as_dict, as_dicts, as_text

Content = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource, those beside it in its bundle by their full address, and those of the file by kind and id."""

    content: Content
    beside: Mapping[str, Content]
    known: Mapping[str, Content]

    def text(self, name: str) -> str:
        """Return a field that is a text."""
        return as_text(self.content.get(name))

    @property
    def contained(self) -> list[Content]:
        """The resources within it, whose ids mean nothing outside of it."""
        return as_dicts(self.content.get("contained"))

    def find(self, reference: Mapping[str, Any]) -> Content:
        """Return what a reference stands for, empty where it is not in the file."""
        address = _address(reference)
        if address.startswith("#"):
            return next((each for each in self.contained if "#" + as_text(each.get("id")) == address), {})
        return self.beside.get(address) or self.known.get("/".join(address.split("/")[-2:]), {})

    def follow(self, reference: Mapping[str, Any]) -> Resource:
        """Return what a reference stands for, to follow its own references; a contained one has those of its holder."""
        found = self.find(reference)
        within = {"contained": self.contained} if _address(reference).startswith("#") else {}
        return Resource(found | within, self.beside, self.known)

    def identity(self, reference: Mapping[str, Any]) -> str:
        """Return who or what is referred to: an id that holds beyond this file; never what it is displayed as.

        The id of a contained resource is its own within each response, and a ``urn:uuid:`` is often made anew for each
        bundle: there the resource says it.
        """
        address, said = _address(reference), _identifier(reference.get("identifier"))
        if address.startswith("#"):
            return _identifiers(self.find(reference)) or said
        if address.startswith("urn:"):
            found = self.find(reference)
            return as_text(found.get("id")) or _identifiers(found) or address.rpartition(":")[2]
        return address.rpartition("/")[2] or said

    def kind(self, reference: Mapping[str, Any]) -> str:
        """Return the kind of resource that is referred to."""
        parts = _address(reference).split("/")
        said = as_text(reference.get("type")) or (parts[-2] if len(parts) > 1 else "")
        return said or as_text(self.find(reference).get("resourceType"))


def list_resources(values: Iterable[Any]) -> tuple[list[Resource], list[Content]]:
    """Return the resources in their order, those of bundles (and of bundles in them) and arrays, and the bundles."""
    resources: list[Resource] = []
    bundles: list[Content] = []
    known: dict[str, Content] = {}
    nothing: Mapping[str, Content] = {}
    waiting = [(value, nothing) for value in values][::-1]
    while waiting:
        value, beside = waiting.pop()
        content = as_dict(value)
        if isinstance(value, list):
            waiting += [(each, beside) for each in reversed(value)]
        elif content.get("resourceType", "Bundle") == "Bundle" and ("entry" in content or "resourceType" in content):
            bundles.append(content)
            entries = as_dicts(content.get("entry"))
            within = _full_addresses(entries)
            waiting += [(as_dict(each.get("resource")), within) for each in reversed(entries)]
        else:
            resources.append(Resource(content, beside, known))
            known[f"{as_text(content.get('resourceType'))}/{as_text(content.get('id'))}"] = content
    return resources, bundles


def is_cut_short(bundles: Iterable[Content]) -> bool:
    """Return whether a bundle is a page of several, and the next page is not among the bundles."""
    links = [
        (as_text(link.get("relation")), as_text(link.get("url")))
        for each in bundles
        for link in as_dicts(each.get("link"))
    ]
    here = {address for relation, address in links if relation == "self"}
    return any(relation == "next" and address not in here for relation, address in links)


def _full_addresses(entries: list[Content]) -> dict[str, Content]:
    """Return the resources of a bundle by their full address, where it stands for one of them only."""
    addresses = [as_text(each.get("fullUrl")) for each in entries]
    once = {address for address, n in Counter(addresses).items() if address and n == 1}
    return {
        address: as_dict(each.get("resource"))
        for address, each in zip(addresses, entries, strict=True)
        if address in once
    }


def _address(reference: Mapping[str, Any]) -> str:
    return as_text(reference.get("reference")).partition("/_history")[0].rstrip("/")


def _identifier(identifier: object) -> str:
    return as_text(as_dict(identifier).get("value"))


def _identifiers(content: Content) -> str:
    return next(filter(None, map(_identifier, as_dicts(content.get("identifier")))), "")
