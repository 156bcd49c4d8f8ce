package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.FolderOptions;
import org.genimage.models.Precision;
import org.genimage.models.nn.Parameter;
import org.genimage.models.pretrained.DownloadException;
import org.genimage.models.pretrained.DownloadOptions;
import org.genimage.models.pretrained.Licence;
import org.genimage.models.pretrained.Pretrained;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which detector, with which weights, in which numbers. All commands that score share it. */
public final class DetectorOptions {

  @Option(
      names = "--weights",
      paramLabel = "FILE|NAME",
      description =
          "a weights file, a model folder, or a name that 'genimage pretrained list' shows (default:"
              + " the recommended ones, which are downloaded at first use)")
  private Optional<String> weights = Optional.empty();

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      description =
          "the detector, such as FerretNet-S: needed if the weights file does not name it; without"
              + " --weights, its published weights are used")
  private Optional<String> detector = Optional.empty();

  /** Whether detectors are named as in {@code --weights NAME=FILE}. */
  private boolean several;

  @Mixin private Options.NumberFormat numbers = new Options.NumberFormat();

  /**
   * Returns the options as if they had been given, for commands with several detectors.
   *
   * @param weights a file, a model folder or a published name
   * @param detector of weights that do not name it
   */
  public static DetectorOptions ofSeveral(String weights, Optional<String> detector) {
    DetectorOptions options = new DetectorOptions();
    options.several = true;
    options.weights = Optional.of(weights);
    options.detector = detector;
    return options;
  }

  /** Returns the number format of the computation. */
  public Precision precision() {
    return numbers.precision();
  }

  /** What the options name. */
  private sealed interface Source {

    /** A file or a model folder. */
    record Place(Path path) implements Source {}

    /** Weights that their authors published. */
    record Published(Pretrained pretrained) implements Source {}
  }

  /**
   * Checks that the weights are there or can be downloaded, and that the detector exists.
   *
   * @throws UsageException if not
   */
  public void check() {
    source();
    detector.ifPresent(name -> named(several ? "--weights" : "--detector", name));
  }

  /** Returns the detector with a name; if there is none, that is a wrong argument. */
  public static Blueprint named(String name) {
    return named("--detector", name);
  }

  private static Blueprint named(String option, String name) {
    try {
      return Detectors.named(name);
    } catch (IllegalArgumentException e) {
      List<String> known =
          Detectors.catalogue().stream().map(entry -> entry.blueprint().name()).toList();
      throw new UsageException(
          "%s: %s%s".formatted(option, e.getMessage(), Options.suggestion(name, known)));
    }
  }

  private Source source() {
    if (weights.isEmpty()) {
      return new Source.Published(
          detector.map(DetectorOptions::published).orElseGet(Pretrained::recommended));
    }
    return place(weights.get())
        .filter(Files::exists)
        .<Source>map(Source.Place::new)
        .orElseGet(() -> publishedAs(weights.get()));
  }

  /** Returns the file or folder that the weights are read from; empty if they are published. */
  List<Path> places() {
    return weights.flatMap(DetectorOptions::place).filter(Files::exists).stream().toList();
  }

  /** Returns a path; empty if no file can have this name. */
  private static Optional<Path> place(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Pretrained published(String name) {
    try {
      return Pretrained.named(name);
    } catch (IllegalArgumentException e) {
      named(name);
      throw new UsageException(
          "--detector %s needs --weights FILE: %s".formatted(name, e.getMessage()));
    }
  }

  private static Source publishedAs(String name) {
    try {
      return new Source.Published(Pretrained.named(name));
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--weights: expected a file, a model folder or one of %s, found '%s', which is none of them;"
                  .formatted(names(), name)
              + " check the path"
              + Options.suggestion(name, Pretrained.all().stream().map(Pretrained::name).toList()));
    }
  }

  static String names() {
    return Pretrained.all().stream().map(Pretrained::name).collect(Collectors.joining(", "));
  }

  /**
   * Returns the detector, to be closed by the caller. Downloads published weights that are not
   * there, after saying their size and licence.
   *
   * @throws DownloadException if they cannot be had; the last line says how to get them
   */
  public DifferentiableDetector load(Terminal terminal) {
    Source source = source();
    if (source instanceof Source.Published published) {
      return withDownload(
          published.pretrained(), terminal, pretrained -> pretrained.load(precision()));
    }
    Path path = ((Source.Place) source).path();
    if (Files.isDirectory(path)) {
      Options.check(
          !Files.exists(path.resolve("saved_model.pb")),
          "--weights: expected weights or a model folder, found the SavedModel %s, which genimage"
              + " writes but does not read; give the weights that it was exported from",
          path);
      return Options.opening(() -> Detectors.load(path, FolderOptions.NONE.precision(precision())));
    }
    return fitting(
        () -> Weights.read(path),
        () ->
            detector
                .map(name -> Detectors.named(name).load(path, precision()))
                .orElseGet(() -> loadNamed(path)));
  }

  /**
   * Loads weights, before any work is done.
   *
   * @throws UsageException if they do not fit; it says which detectors they fit
   */
  static <T> T fitting(Supplier<Weights> weights, Supplier<T> loading) {
    try {
      return Options.opening(loading);
    } catch (UsageException e) {
      String advice = "; load weights made for it";
      if (!e.getMessage().endsWith(advice)) {
        throw e;
      }
      Weights found = weights.get();
      List<String> names =
          Detectors.catalogue().stream()
              .map(CatalogueEntry::blueprint)
              .filter(other -> fits(other, found))
              .map(Blueprint::name)
              .toList();
      String words = e.getMessage().substring(0, e.getMessage().length() - advice.length());
      throw new UsageException(
          names.isEmpty()
              ? words + "; give weights of this detector"
              : "%s; they fit %s: name it with --detector"
                  .formatted(words, String.join(", ", names)));
    }
  }

  private static boolean fits(Blueprint blueprint, Weights weights) {
    try {
      Weights adapted = blueprint.adapted(weights);
      Map<String, Parameter> entries = new HashMap<>();
      blueprint.entries().forEach(entry -> entries.put(entry.key(), entry));
      return entries.keySet().containsAll(adapted.keys())
          && entries.values().stream()
              .filter(entry -> entry.role().required() || adapted.keys().contains(entry.key()))
              .allMatch(
                  entry ->
                      adapted.keys().contains(entry.key())
                          && adapted.get(entry.key()).shape().equals(entry.shape()));
    } catch (WeightsException e) {
      return false;
    }
  }

  private DifferentiableDetector loadNamed(Path file) {
    try {
      return Detectors.load(file, precision());
    } catch (WeightsException e) {
      if (nameDetector(Weights.read(file))) {
        throw e;
      }
      throw new UsageException(
          "--weights: expected a file that names its detector, found %s, which does not; %s"
              .formatted(
                  file,
                  several
                      ? "write --weights DETECTOR=FILE, such as --weights ferretnet-s=" + file
                      : "add --detector NAME, such as --detector FerretNet-S"));
    }
  }

  /** Returns whether weights say which detector they are of. */
  static boolean nameDetector(Weights weights) {
    return weights.metadata().containsKey("genimage.detector");
  }

  /** Something that needs published weights. */
  @FunctionalInterface
  interface Use<T> {
    T of(Pretrained pretrained);
  }

  /**
   * Runs something that may download weights: says what, from where to where, and how far it is.
   */
  static <T> T withDownload(Pretrained pretrained, Terminal terminal, Use<T> use) {
    if (pretrained.isDownloaded()) {
      return use.of(pretrained);
    }
    terminal.say("Downloading %s, once, to %s", pretrained, pretrained.places().get(0).getParent());
    for (Licence licence : pretrained.licences()) {
      terminal.say("  %s", licence);
    }
    try {
      return terminal.during(
          "Downloading",
          "bytes",
          pretrained.size(),
          progress -> use.of(pretrained.with(DownloadOptions.DEFAULT.progress(progress))));
    } catch (DownloadException e) {
      throw new WeightsMissingException(
          "%s%n".formatted(e.getMessage())
              + "Without network: run 'genimage pretrained get %s' where there is one, and copy %s"
                  .formatted(pretrained.name(), pretrained.places().get(0).getParent())
              + " here;%nor give weights of your own with --weights FILE.".formatted(),
          e);
    }
  }
}
