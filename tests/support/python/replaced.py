"""Something else in a file's place, for a while."""

import shutil


def replace(path, make):
    """Something else in the file's place; returns what puts the file back."""
    aside = path.with_name(path.name + ".aside")
    there = path.exists()
    if there:
        path.rename(aside)
    if make:
        make(path)

    def mend():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        if there:
            aside.rename(path)
    return mend


def text(content):
    return lambda path: path.write_text(content)
