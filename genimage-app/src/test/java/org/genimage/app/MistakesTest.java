package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.app.command.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The likeliest mistakes at each command: each is one sentence, before any work begins. */
class MistakesTest {

  /** Picocli's own command, and one whose own test has its mistakes. */
  private static final Set<String> ELSEWHERE = Set.of("generate-completion", "leaderboard");

  private static final int EACH = 3;

  /** A call in this module's folder, and what the answer says. */
  private static final String CALLS =
      """
      pom.xml: expected a command, found the file 'pom.xml'; to score it: genimage score pom.xml
      score: needs IMAGE:
      score nowhere.jpg: nowhere.jpg: expected a file, a folder or a pattern, found nothing there
      score pom.xml --weights nowhere.pth: found 'nowhere.pth', which is none of them; check the path
      score pom.xml --format xml: --format: expected one of table, csv, jsonl, found 'xml'
      score pom.xml --precision float8: --precision: expected one of float32, bfloat16, float16
      score pom.xml --external-decoder no-such-program: found no 'no-such-program' on the PATH
      serve --port 99999: --port must be from 0 to 65535, got 99999
      serve --port x: --port: expected a whole number, found 'x'
      serve --weights nowhere.pth: found 'nowhere.pth', which is none of them; check the path
      pretrained: expected a command after 'genimage pretrained', found none; for example
      pretrained get: needs NAME:
      pretrained get resnet-50: published weights must be one of community-forensics-384
      pretrained verify nothing: got 'nothing'
      weights: expected a command after 'genimage weights', found none; for example
      weights inspect: needs FILE:
      weights inspect nowhere.pth: found nothing at nowhere.pth; check the path
      weights convert pom.xml: needs --detector=NAME:
      weights convert pom.xml --detector vgg --out target/x: detector must be one of ResNet-50
      weights convert nowhere.pth --detector spec --out target/x: found nothing at nowhere.pth
      weights calibrate: needs --data=DIR:
      weights calibrate --data nowhere --weights pom.xml --out target/x: found nothing at nowhere
      weights calibrate --data . --weights nowhere.pth --out target/x: found 'nowhere.pth'
      quickstart --out pom.xml: is a file, not a folder); choose another place
      quickstart --outt x: has no option '--outt'; did you mean --out?
      quickstart --seed x: --seed: expected a whole number, found 'x'
      doctor: needs DIR:
      doctor nowhere: expected a folder, found nothing at nowhere; check the path
      doctor --data nowhere: has no option '--data'
      scan: needs DIR:
      scan nowhere: expected a folder, found nothing at nowhere; check the path
      scan pom.xml: expected a folder, found a file at pom.xml; check the path
      simulate: needs DIR:
      simulate pom.xml: pom.xml is a file, not a folder); choose another place
      simulate target/x --side 3: --side: image size must be from 32 to 1024, got 3
      train: needs --detector=NAME:
      train --detector vgg: detector must be one of ResNet-50
      train --detector spec --data nowhere: --data: expected a folder, found nothing at nowhere
      real-images: needs --data=PLACE:
      real-images --data nowhere: needs --detector=NAME:
      real-images --detector spec: needs --data=PLACE:
      evaluate: needs --data=PATH:
      evaluate --data nowhere: --data: expected images, found nothing at nowhere; check the path
      evaluate --data pom.xml --compare pom.xml: --compare: pom.xml: expected a file of scores
      evaluate --data pom.xml --limit 0: --limit must be positive, got 0
      compare: genimage compare needs FIRST:
      compare nowhere: needs SECOND:
      compare nowhere elsewhere: expected a file of scores, or a folder of 'genimage evaluate'
      tables --table main-99: main-4, main-5], got main-99
      tables --tables main-3: has no option '--tables'; did you mean --table?
      tables --data nowhere: --data: expected a folder, found nothing at nowhere; check the path
      attack --weights nowhere.pth: found 'nowhere.pth', which is none of them; check the path
      attack --attacks none: has no option '--attacks'
      attack --data nowhere: --data: expected a folder, found nothing at nowhere; check the path
      export: needs --out=DIR:
      export --weights nowhere.pth --out target/x: found 'nowhere.pth', which is none of them
      export --weights pom.xml --out pom.xml: --out: expected no folder, found one at pom.xml
      devices --gpu: has no option '--gpu'
      devices now: genimage devices takes no argument 'now'
      devices --require-gpu=maybe: --require-gpu: expected true or false, found 'maybe'
      score pom.xml --threshold high: --threshold: expected a number, found 'high'
      train --detector spec --epochs few: --epochs: expected a whole number, found 'few'
      """;

  /** A call and a part of the answer. */
  record Mistake(List<String> arguments, String sentence) {

    static Mistake of(String line) {
      int colon = line.indexOf(": ");
      return new Mistake(List.of(line.substring(0, colon).split(" ")), line.substring(colon + 2));
    }
  }

  static Stream<Mistake> mistakes() {
    return CALLS.lines().map(Mistake::of);
  }

  /** Returns what is in this module's folder, where commands write unless they are told a place. */
  private static List<Path> files() throws IOException {
    try (Stream<Path> here = Files.list(Path.of(""))) {
      return here.sorted().toList();
    }
  }

  /** Work is said on standard error, step by step, and leaves files; a mistake does neither. */
  @ParameterizedTest
  @MethodSource("mistakes")
  void mistake_isOneSentence_beforeAnyWork(Mistake mistake) throws IOException {
    List<Path> before = files();
    Run run = Run.of(mistake.arguments().toArray(String[]::new));

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .startsWith("error: ")
        .contains(mistake.sentence())
        .doesNotContain("\tat ");
    assertThat(run.err().lines())
        .hasSizeLessThanOrEqualTo(2)
        .noneMatch(line -> line.endsWith("..."));
    assertThat(run.out()).isEmpty();
    assertThat(files()).isEqualTo(before);
    assertThat(Path.of("target", "x")).doesNotExist();
  }

  @Test
  void everyCommand_hasThree() {
    Map<String, Long> counts =
        mistakes()
            .collect(Collectors.groupingBy(one -> one.arguments().get(0), Collectors.counting()));

    assertThat(Main.commandLine().getSubcommands().keySet())
        .filteredOn(name -> !ELSEWHERE.contains(name))
        .allSatisfy(name -> assertThat(counts.get(name)).as(name).isGreaterThanOrEqualTo(EACH));
  }
}
