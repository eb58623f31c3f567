"""Makes a wheel, and a requirements.txt with its hash, in a directory."""
import hashlib
import pathlib
import sys
import zipfile

NAME, VERSION = "greeting", "1.0"
INFO = f"{NAME}-{VERSION}.dist-info"
FILES = {
    f"{NAME}/__init__.py": 'WORD = "hello"\n',
    f"{INFO}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {VERSION}\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
FILES[f"{INFO}/RECORD"] = "".join(f"{path},,\n" for path in [*FILES, f"{INFO}/RECORD"])

directory = pathlib.Path(sys.argv[1])
directory.mkdir(parents=True)
wheel = directory / f"{NAME}-{VERSION}-py3-none-any.whl"
with zipfile.ZipFile(wheel, "w") as archive:
    for path, text in FILES.items():
        archive.writestr(zipfile.ZipInfo(path), text)
digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
(directory / "requirements.txt").write_text(f"{NAME}=={VERSION} --hash=sha256:{digest}\n")
