"""Checks a document's structure: sbom_schema.py spdx|statement FILE. The schemas are of what the two
specifications require: SPDX 2.3 (clauses 6, 7 and 11), in-toto's Statement v1 with SLSA's provenance
v1."""
import json
import sys

import jsonschema

TEXT = {"type": "string", "minLength": 1}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
ID = {"type": "string", "pattern": r"^SPDXRef-[a-zA-Z0-9.-]+$"}
URI = {"type": "string", "pattern": r"^[a-z][a-z0-9+.-]*:[^#\s]+$"}


def shape(required, properties, more=True):
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": more,
    }


def many(items, least=1):
    return {"type": "array", "minItems": least, "items": items}


REFERENCE = shape(
    ["referenceCategory", "referenceType", "referenceLocator"],
    {
        "referenceCategory": {"enum": ["SECURITY", "PACKAGE-MANAGER", "PERSISTENT-ID", "OTHER"]},
        "referenceType": TEXT,
        "referenceLocator": {"type": "string", "pattern": r"^pkg:[a-z]+/[^\s]+@[^\s@]+$"},
    },
)
PACKAGE = shape(
    ["SPDXID", "name", "downloadLocation"],
    {
        "SPDXID": ID,
        "name": TEXT,
        "versionInfo": TEXT,
        "downloadLocation": TEXT,
        "filesAnalyzed": {"const": False},
        "externalRefs": many(REFERENCE),
        "checksums": many(
            shape(
                ["algorithm", "checksumValue"],
                {"algorithm": {"const": "SHA256"}, "checksumValue": {"pattern": "^[0-9a-f]{64}$"}},
            )
        ),
    },
)
SPDX = shape(
    ["spdxVersion", "dataLicense", "SPDXID", "name", "documentNamespace", "creationInfo"],
    {
        "spdxVersion": {"const": "SPDX-2.3"},
        "dataLicense": {"const": "CC0-1.0"},
        "SPDXID": {"const": "SPDXRef-DOCUMENT"},
        "name": TEXT,
        "documentNamespace": URI,
        "creationInfo": shape(
            ["created", "creators"],
            {"created": TIME, "creators": many({"pattern": "^(Person|Organization|Tool): ."})},
        ),
        "packages": many(PACKAGE),
        "relationships": many(
            shape(
                ["spdxElementId", "relationshipType", "relatedSpdxElement"],
                {
                    "spdxElementId": ID,
                    "relationshipType": {"enum": ["DESCRIBES", "CONTAINS"]},
                    "relatedSpdxElement": ID,
                },
            )
        ),
    },
    False,
)
DIGEST = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{40,64}$"},
}
STATEMENT = shape(
    ["_type", "subject", "predicateType", "predicate"],
    {
        "_type": {"const": "https://in-toto.io/Statement/v1"},
        "subject": many(shape(["digest"], {"name": TEXT, "digest": DIGEST})),
        "predicateType": {"const": "https://slsa.dev/provenance/v1"},
        "predicate": shape(
            ["buildDefinition", "runDetails"],
            {
                "buildDefinition": shape(
                    ["buildType", "externalParameters"],
                    {
                        "buildType": URI,
                        "externalParameters": {"type": "object"},
                        "resolvedDependencies": many(
                            shape(["uri", "digest"], {"uri": URI, "digest": DIGEST})
                        ),
                    },
                    False,
                ),
                "runDetails": shape(
                    ["builder"],
                    {
                        "builder": shape(
                            ["id"],
                            {"id": URI, "version": {"additionalProperties": {"type": "string"}}},
                        ),
                        "metadata": shape([], {"finishedOn": TIME}, False),
                    },
                    False,
                ),
            },
            False,
        ),
    },
    False,
)


def main():
    kind, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    jsonschema.validate(document, {"spdx": SPDX, "statement": STATEMENT}[kind])
    if kind == "statement":
        return
    ids = [package["SPDXID"] for package in document["packages"]] + [document["SPDXID"]]
    assert len(ids) == len(set(ids)), "an id is there twice"
    for relation in document["relationships"]:
        assert relation["spdxElementId"] in ids, relation
        assert relation["relatedSpdxElement"] in ids, relation


main()
