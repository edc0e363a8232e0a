"""Cases as TAP: a case is a function that is given an empty folder; its name is a sentence that can be false."""
import pathlib
import tempfile

CASES = []


class Skip(Exception):
    """The case cannot run here; the text says why."""


def case(function):
    CASES.append(function)
    return function


def main():
    print(f"1..{len(CASES)}")
    failed = 0
    for number, test in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                print(f"ok {number} - {test.__name__}")
            except Skip as why:
                print(f"ok {number} - {test.__name__} # SKIP {why}")
            except AssertionError as error:
                failed += 1
                print(f"not ok {number} - {test.__name__}\n# {str(error)!r}")
    return 1 if failed else 0
