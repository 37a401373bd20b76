// The rules for .env files: foreman's, comments and `export`.
#include "daemon/config/env_file.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

using Doubts = std::vector<std::string>;

Environment env_of(std::string_view text) { return parse_env_file(text, ".env").env; }

Doubts doubts_of(std::string_view text) {
  Doubts texts;
  for (auto& complaint : parse_env_file(text, ".env").complaints) texts.push_back(complaint.text());
  return texts;
}

}  // namespace

TEST_CASE("assignments are taken literally, blanks and all") {
  CHECK(env_of("A=1\nB= two words \nC=\nD=a=b # c\n9=x") ==
        Environment{{"A", "1"}, {"B", " two words "}, {"C", ""}, {"D", "a=b # c"}, {"9", "x"}});
}

TEST_CASE("single quotes keep everything, double quotes know newlines and escapes") {
  CHECK(env_of(R"(A='a\n"b"')") == Environment{{"A", R"(a\n"b")"}});
  CHECK(env_of(R"(A="a\nb\t\"c\"")") == Environment{{"A", "a\nbt\"c\""}});
  CHECK(env_of(R"(A="a\\nb")") == Environment{{"A", "a\\\nb"}});
  CHECK(env_of(R"(A="unfinished)") == Environment{{"A", "\"unfinished"}});
  CHECK(env_of("A=\"\nB=''\nC='") == Environment{{"A", "\""}, {"B", ""}, {"C", "'"}});
}

TEST_CASE("comments, blank lines, export, a byte order mark and CRLF are understood") {
  auto parsed =
      parse_env_file("\xEF\xBB\xBF# note\r\n\r\nexport A=1\r\n  # b\r\nexport=2\r\n", "e");
  CHECK(parsed.env == Environment{{"A", "1"}, {"export", "2"}});
  CHECK(parsed.complaints.empty());
}

TEST_CASE("the last value wins at the place of the first") {
  CHECK(env_of("A=1\nB=2\nA=3") == Environment{{"A", "3"}, {"B", "2"}});
}

TEST_CASE("other lines are ignored with a complaint") {
  for (std::string line : {"A", "=1", "A-B=1", "A: 1", "A B=1"}) {
    CAPTURE(line);
    auto parsed = parse_env_file("X=1\n" + line, ".env");
    CHECK(parsed.env == Environment{{"X", "1"}});
    REQUIRE(parsed.complaints.size() == 1);
    CHECK(parsed.complaints[0].text() ==
          ".env:2: not of the form 'KEY=VALUE'; the line is ignored");
  }
  auto with_nul = parse_env_file(std::string_view("A=1\0", 4), ".env");
  CHECK(with_nul.env.empty());
  CHECK(with_nul.complaints.size() == 1);
}

TEST_CASE("a line that is nearly an assignment is answered with the right one") {
  for (std::string line : {"KEY = 1", "KEY =1", " KEY=1", "export  KEY=1", "\tKEY = 1"}) {
    CAPTURE(line);
    CHECK(doubts_of(line + "\nX=1") ==
          Doubts{".env:1: there is a blank before the name or the '='; the line is ignored: write "
                 "KEY=..."});
    CHECK(env_of(line + "\nX=1") == Environment{{"X", "1"}});
  }
}

TEST_CASE("a value that is read in another way than meant is told of, and read as before") {
  const std::pair<std::string, std::string> doubtful[] = {
      {"A=\"b", "the quote is not closed, and so is part of the value: close it with \""},
      {"A='b", "the quote is not closed, and so is part of the value: close it with '"},
      {"A=\"b\\\"", "the quote is not closed, and so is part of the value: close it with \""},
      {"A=b # c",
       "the comment is part of the value: write it in a line of its own, or the value in "
       "quotes if it is none"},
      {"A=\"b\" # c",
       "the comment is part of the value, and so are the quotes: write it in a line of "
       "its own"},
      {"A=\"b\" # \"c\"",
       "the comment is part of the value, and so are the quotes: write it in a "
       "line of its own"},
      {"A='b' ",
       "a blank behind the closing quote makes the quotes part of the value: take it away"},
      {"A='b'c",
       "the value goes on behind its closing quote, so the quotes are part of it: write "
       "them round all of it"},
      {"A= b", "the blank behind the '=' is part of the value: write A=..."},
      {"A= 'b'",
       "the blank behind the '=' is part of the value, and so are the quotes: write "
       "A=\"...\""},
      {"A=b ", "the blank at the end is part of the value: take it away, or write A='...'"},
      {"A=x/${HOME}/y",
       "${HOME} is not replaced by anything: write what it stands for, or the value "
       "in single quotes if it is meant so"},
      {"A=\"${B:-c}\"",
       "${B:-c} is not replaced by anything: write what it stands for, or the value "
       "in single quotes if it is meant so"},
      {"A=$(date)",
       "$(date) is not replaced by anything: write what it stands for, or the value in "
       "single quotes if it is meant so"},
      {"A=$HOME/x",
       "$HOME is not replaced by anything: write what it stands for, or the value in "
       "single quotes if it is meant so"}};
  for (auto& [line, why] : doubtful) {
    CAPTURE(line);
    CHECK(doubts_of("# \n" + line + "\nX=1") == Doubts{".env:2: " + why});
    CHECK(env_of(line + "\nX=1").size() == 2);
  }
}

TEST_CASE("a variable of the file that another one seems to name is told of") {
  CHECK(doubts_of("HOST=db\nURL=http://$HOST/\nOTHER=$NONE").size() == 1);
}

TEST_CASE("what is right is not complained of") {
  for (std::string line : {"A=",
                           "A=''",
                           "A=\"\"",
                           "A=b#c",
                           "A=#fff",
                           "A=http://x/#y",
                           "A='b # c'",
                           "A=\"b # c\"",
                           "A='${HOME} $(x)'",
                           "A=pa$$word",
                           "A=a$b",
                           "A=\"\\${HOME}\"",
                           "A={\"a\": \"#b\"}",
                           "A=\"{\"a\":1}\"",
                           "A=\"say \\\"hi\\\"\"",
                           "A=it's",
                           "A=two words",
                           "A='$5'",
                           "A=100%",
                           "A=b\r",
                           "A='-----BEGIN X-----\\nabc=\\n'",
                           "export A=1",
                           "A=\\x"}) {
    CAPTURE(line);
    CHECK(doubts_of(line + "\nX=1") == Doubts());
  }
}

TEST_CASE("a key that stands there twice is told of, with both lines") {
  CHECK(doubts_of("A=1\nB=2\nA=1\nA=3") ==
        Doubts{".env:3: A stands in line 1 already, and this one counts: take one away",
               ".env:4: A stands in line 3 already, and this one counts: take one away"});
}

TEST_CASE("a value of several lines is told of once, and its lines are no variables") {
  const std::string key = "KEY=\"-----BEGIN KEY-----\nMIIEvQ\nabcd=\n-----END KEY-----\"\nX=1";
  CHECK(doubts_of(key) ==
        Doubts{".env:1: the value goes on until line 4, but only its first line is taken: write it "
               "in one line, KEY=\"...\\n...\""});
  CHECK(env_of(key) == Environment{{"KEY", "\"-----BEGIN KEY-----"}, {"X", "1"}});
  // It cannot be told whether that is one: the next variable is there.
  CHECK(env_of("A=\"b\nB=c\nC=\"d\"") == Environment{{"A", "\"b"}, {"B", "c"}, {"C", "d"}});
  CHECK(doubts_of("A=\"b\nB=c\nC=\"d\"").size() == 1);
}

TEST_CASE("more variables than an environment holds are ignored with complaints") {
  std::string text;
  for (int i = 0; i < 4098; ++i) text += "V" + std::to_string(i) + "=1\n";
  auto parsed = parse_env_file(text, ".env");
  CHECK(parsed.env.size() == 4096);
  CHECK(parsed.complaints.size() == 2);
}
