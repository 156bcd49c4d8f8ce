package org.genimage.app.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.data.Progress;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.eval.explanation.Explainers;
import org.genimage.eval.explanation.TileScores;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.UndefinedScoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scores images: how much do they resemble those that AI made? */
@Command(
    name = "score",
    sortOptions = false,
    description = {
      "Score images: how much does each resemble images that an AI made?",
      "0 means natural, 1 means AI-made. A score is no proof. Beside the score stands what the file"
          + " itself says about its origin; that is not verified, and does not change the score."
    },
    footer = {
      "",
      "Examples:",
      "  genimage score photo.jpg",
      "  genimage score photos/ 'more/*.png' --format csv > scores.csv",
      "  curl -s https://example.com/photo.jpg | genimage score -",
      "  genimage score photo.jpg --weights ferretnet-s --explain why.html",
      "  genimage score large.jpg --tiles --explain tiles.html",
      "  genimage score photo.jpg --weights genimage-quickstart/resnet50.safetensors"
    })
public final class ScoreCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "files, patterns such as 'photos/*.jpg', folders (with the folders in them), or - to read"
              + " one image from standard input")
  private List<String> images;

  @Mixin private DetectorOptions detector = new DetectorOptions();

  @Option(
      names = "--threshold",
      paramLabel = "X",
      description =
          "scores above X, from 0 to 1, count as AI-made (default: the weights' own"
              + " threshold, or their verdict rule, which may also say 'unsure')")
  private Optional<Double> threshold = Optional.empty();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      defaultValue = "table",
      description =
          "table, csv or jsonl, which is a JSON object in each line (default: ${DEFAULT-VALUE})")
  private ScoreLines.Format format;

  @Option(
      names = "--explain",
      paramLabel = "FILE",
      description =
          "also write a page (HTML) that shows which areas each score comes from, for at most 50"
              + " images. Each image takes as long as 65 scores")
  private Optional<Path> explain = Optional.empty();

  @Option(
      names = "--tiles",
      description =
          "also score squares that cover each image, because AI may have made only a part of a large"
              + " photograph; --explain draws them. Their scores are not comparable with the"
              + " image's")
  private boolean tiles;

  @Option(
      names = "--tile-side",
      paramLabel = "PIXELS",
      description =
          "side of the tiles (default: the largest side that the detector does not shrink)")
  private Optional<Integer> tileSide = Optional.empty();

  @Option(
      names = "--external-decoder",
      paramLabel = "PROGRAM",
      description =
          "decode HEIC and AVIF files with this program, such as heif-dec of libheif; the"
              + " results are marked, because another version of the program may give other pixels and"
              + " so other scores")
  private Optional<String> externalDecoder = Optional.empty();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    tileSide.ifPresent(side -> Options.checkPositive("--tile-side", side));
    Options.check(tiles || tileSide.isEmpty(), "--tile-side needs --tiles; add it");
    threshold.ifPresent(
        value -> {
          if (!(value >= 0 && value <= 1)) {
            throw new UsageException(
                "--threshold: expected a number from 0 to 1, found %s".formatted(value));
          }
        });
    detector.check();
    List<Input> inputs = decodable(InputPaths.of(images, System.in));
    explain.ifPresent(file -> checkPage(file, inputs));
    Options.check(
        explain.isEmpty() || inputs.size() <= ExplanationPage.MOST,
        "--explain: expected at most %s images, found %s; name fewer",
        ExplanationPage.MOST,
        inputs.size());
    NativeRuntime.prepareAhead();
    Terminal terminal = Terminal.of(spec);
    try (DifferentiableDetector loaded = detector.load(terminal)) {
      Decision decision = Decision.of(loaded, threshold);
      terminal.say("detector: %s; verdict: %s", loaded.name(), decision);
      if (SimulatedTraining.of(loaded)) {
        terminal.say("warning: %s", SimulatedTraining.WARNING);
      }
      long failed = score(loaded, decision, inputs);
      terminal.say(
          "A score is no proof: it says how much an image resembles the AI-made images that the");
      terminal.say("detector was trained on. What files say about themselves is not verified.");
      if (inputs.stream().anyMatch(ScoreCommand::needsDecoder)) {
        terminal.say(
            "HEIC and AVIF: add --external-decoder heif-dec (or heif-convert), if libheif's");
        terminal.say("tools are installed; or convert them: 'heif-convert photo.heic photo.png'");
      }
      return failed > 0 ? ExitCode.FAILED : ExitCode.DONE;
    }
  }

  private void checkPage(Path file, List<Input> inputs) {
    List<Path> read = new ArrayList<>(detector.places());
    inputs.forEach(input -> input.path().ifPresent(read::add));
    Outputs.checkFile("--explain", file, Outputs.Kind.EXPLANATIONS, read);
  }

  private List<Input> decodable(List<Input> inputs) {
    if (externalDecoder.isEmpty()) {
      return inputs;
    }
    ExternalDecoder decoder =
        ExternalDecoder.find(
            externalDecoder.get(), Optional.ofNullable(System.getenv("PATH")).orElse(""));
    return inputs.stream()
        .map(
            input -> needsDecoder(input) ? new Input.Converted((Input.File) input, decoder) : input)
        .toList();
  }

  private static boolean needsDecoder(Input input) {
    return input instanceof Input.File file && ExternalDecoder.isFor(file.place());
  }

  private long score(DifferentiableDetector loaded, Decision decision, List<Input> inputs) {
    ScoreLines lines =
        ScoreLines.of(format, spec.commandLine().getOut(), loaded.name(), decision, inputs, tiles);
    lines.begin();
    List<ScoredInput> scored = new ArrayList<>();
    ScoringPass pass = new ScoringPass(loaded, decision, inputs);
    Map<String, Integer> warned = new HashMap<>();
    long failed =
        Terminal.showsOutput()
            ? write(loaded, pass, lines, scored, warned, inputs, Progress.NONE)
            : Terminal.of(spec)
                .during(
                    "Scoring",
                    inputs.size(),
                    progress -> write(loaded, pass, lines, scored, warned, inputs, progress));
    if (format == ScoreLines.Format.TABLE) {
      ImageWarnings.KINDS.forEach(
          (code, words) -> {
            if (warned.containsKey(code)) {
              Terminal.of(spec)
                  .say("warning: %d of %d images %s", warned.get(code), inputs.size(), words);
            }
          });
    }
    if (failed > 0) {
      Terminal.of(spec).say("%d of %d images have no score", failed, inputs.size());
    }
    return failed + explain.map(file -> explain(file, loaded, decision, inputs, scored)).orElse(0L);
  }

  private long write(
      DifferentiableDetector loaded,
      ScoringPass pass,
      ScoreLines lines,
      List<ScoredInput> scored,
      Map<String, Integer> warned,
      List<Input> inputs,
      Progress progress) {
    long failed = 0;
    for (int done = 1; pass.hasNext(); done++) {
      ScoredInput plain = pass.next();
      ScoredInput one =
          tiles && !plain.failed() ? withTiles(loaded, inputs.get(done - 1), plain) : plain;
      lines.write(one);
      failed += one.failed() ? 1 : 0;
      one.outcome().stream()
          .flatMap(outcome -> outcome.warnings().stream())
          .forEach(warning -> warned.merge(warning.code(), 1, Integer::sum));
      if (explain.isPresent()) {
        scored.add(one);
      }
      progress.update(done, inputs.size());
    }
    return failed;
  }

  /** An image that cannot be divided has no line of scores, since half of what was asked is not. */
  private ScoredInput withTiles(DifferentiableDetector loaded, Input input, ScoredInput plain) {
    try {
      return plain.tiles(
          TileScores.of(loaded, input.image(), tileSide.orElseGet(() -> TileScores.side(loaded))));
    } catch (IllegalArgumentException | UndefinedScoreException | UnreadableImageException e) {
      return plain.failed("--tiles: " + e.getMessage());
    }
  }

  /** Writes the page; returns how many images have a score, but no explanation. */
  private long explain(
      Path file,
      DifferentiableDetector loaded,
      Decision decision,
      List<Input> inputs,
      List<ScoredInput> scored) {
    ExplanationPage page = new ExplanationPage(loaded.name(), decision);
    List<String> problems = new ArrayList<>();
    Terminal terminal = Terminal.of(spec);
    terminal.during(
        "Explaining",
        inputs.size(),
        progress -> {
          for (int i = 0; i < inputs.size(); i++) {
            if (!scored.get(i).failed()) {
              explain(page, loaded, inputs.get(i), scored.get(i)).ifPresent(problems::add);
            }
            progress.update(i + 1, inputs.size());
          }
          page.write(file);
          return file;
        });
    problems.forEach(problem -> terminal.say("not explained: %s", problem));
    terminal.say("explanations: %s", file.toAbsolutePath().normalize().toUri());
    return problems.size();
  }

  /** Returns why an image that has a score has no explanation; it is read once more for that. */
  private static Optional<String> explain(
      ExplanationPage page, DifferentiableDetector loaded, Input input, ScoredInput one) {
    try {
      page.add(
          one.outcome().orElseThrow(),
          one.name(),
          Explainers.occlusion().explain(loaded, input.image()),
          one.claims().orElseThrow());
      return Optional.empty();
    } catch (IllegalArgumentException | UndefinedScoreException | UnreadableImageException e) {
      return Optional.of(e.getMessage());
    }
  }
}
