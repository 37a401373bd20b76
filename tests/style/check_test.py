#!/usr/bin/python3
"""The style checker must be able to fail: plants one violation of each kind and expects it caught.
"""

import unittest

import check

HEAD = "// A file.\n"
HEADER = HEAD + "#pragma once\n"


def found(path, text):
    return list(check.violations(path, text))


class PlantedViolations(unittest.TestCase):
    def caught(self, path, text, part):
        lines = found(path, text)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(part, lines[0])

    def test_a_clean_file_passes(self):
        self.assertEqual(found("daemon/core/a.h", HEADER + '#include "proto/message.h"\n'), [])

    def test_sizes(self):
        self.caught("base/a.cc", HEAD + "\n" * 300, "more than 300 lines")
        self.caught("base/a.cc", HEAD + "x" * 101 + "\n", "base/a.cc:2: longer than 100 columns")
        self.caught("base/a.cc", HEAD + "int x;", "no newline at the end")

    def test_heads(self):
        self.caught("base/a.cc", "int x;\n", "no head comment")
        self.caught("base/a.h", HEAD + "int x;\n", "#pragma once")
        self.caught("tests/a.py", "import os\n", "no head comment")
        self.caught("scripts/a", "#!/bin/bash\ntrue\n", "no head comment")

    def test_arrows_between_rooms(self):
        for path, name in [("base/a.cc", "proto/message.h"), ("proto/a.cc", "router/router.h"),
                           ("router/a.cc", "daemon/core/core.h"),
                           ("daemon/core/a.cc", "router/router.h"),
                           ("daemon/config/a.cc", "daemon/core/core.h"),
                           ("daemon/edge/watch/a.cc", "ctl/verb.h"),
                           ("daemon/edge/linux/a.cc", "daemon/edge/launch/child.h"),
                           ("daemon/edge/launch/a.cc", "daemon/edge/store/ledger.h"),
                           ("serve/a.cc", "daemon/core/event.h"),
                           ("ctl/a.cc", "daemon/core/core.h")]:
            self.caught(path, f'{HEAD}#include "{name}"\n', f"may not include {name}")

    def test_the_core_is_pure(self):
        for name in ["<uv.h>", "<zmq.hpp>", "<spdlog/spdlog.h>", "<fcntl.h>", "<unistd.h>",
                     "<sys/types.h>", '"base/unique_fd.h"']:
            self.caught("daemon/core/a.cc", f"{HEAD}#include {name}\n", "the core is pure")
        self.caught("daemon/core/a.cc", HEAD + "auto now = read_clocks();\n", "handed `now`")
        self.caught("daemon/core/a.cc", HEAD + "auto t = std::chrono::steady_clock::now();\n",
                    "handed `now`")

    def test_the_keeper_depends_on_nothing_and_stays_small(self):
        for name in ["<uv.h>", "<fmt/format.h>", "<zmq.hpp>", '"base/result.h"']:
            self.caught("daemon/keeper/a.cc", f"{HEAD}#include {name}\n", "the C library alone")
        self.assertEqual(found("daemon/keeper/a.cc", HEAD + '#include "base/unique_fd.h"\n'), [])
        for lines, broken in [(600, 0), (601, 1)]:
            text = HEAD + "\n" + "int x;\n" * lines
            promises = list(check.broken_promises([("daemon/keeper/ward.cc", text)]))
            self.assertEqual(len(promises), broken, promises)

    def test_headers_of_one_owner(self):
        self.caught("router/a.cc", HEAD + "#include <msgpack.hpp>\n", "the codec's alone")
        self.caught("ctl/a.cc", HEAD + '#include "ctl/b.cc"\n', "no file includes a source")
        self.caught("ctl/main.cc", HEAD + "#include <CLI/CLI.hpp>\n", "one door")
        self.caught("daemon/options.cc", HEAD + '#include "daemon/app.h"\n', "main's alone")
        self.assertEqual(found("proto/codec.cc", HEAD + "#include <msgpack.hpp>\n"), [])

    def test_sentences_have_a_subject(self):
        for text in ["// Keeps. What it keeps.\n", "int x;  // Of its own.\n",
                     "// It ends here.\n// One\n// of many.\n"]:
            self.caught("base/a.cc", HEAD + "\n" + text, "needs a subject")
        self.assertEqual(found("base/a.cc", HEAD + "// Is one of two. One-offs.\n"), [])

    def test_words(self):
        self.caught("base/a.cc", HEAD + "// TO" "DO: later\n", "deferred work")
        self.caught("tests/system/a.py", '"""A test."""\ntime.sl' 'eep(1)\n', "never sleep")


if __name__ == "__main__":
    unittest.main()
