package org.genimage.eval.report;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.escape;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.doctor.FileRules;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;
import org.genimage.eval.Baselines;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.explanation.Explainer;
import org.genimage.eval.explanation.Explainers;
import org.genimage.eval.leaderboard.Leaderboard;
import org.genimage.eval.protocol.FieldFigures;
import org.genimage.eval.protocol.FoldResult;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.verdict.VerdictChanges;
import org.genimage.eval.verdict.Verdicts;
import org.genimage.models.Detector;

/**
 * An evaluation as one HTML page. It needs no other file but pictures of {@linkplain
 * Builder#mistakes mistakes}, works offline, follows the reader's light or dark scheme, and prints
 * well. Its tables can also be written as Markdown, LaTeX, CSV and JSON.
 *
 * <pre>{@code
 * Report.builder("ResNet-50 on GenImage", result)
 *     .baselines(Baselines.of(testImages, Progress.NONE))
 *     .gallery(testImages)
 *     .build()
 *     .write(Path.of("report.html"));
 * }</pre>
 *
 * @param title the title of the page
 * @param html the page
 * @param tables the tables of the page, in its order
 * @param pictures what lies in a folder beside the page, by name; made when they are written
 */
public record Report(
    String title, String html, List<Table> tables, Map<String, ByteSource> pictures) {

  /** The folder of the pictures in {@link #html}; {@link #write} names it after the page. */
  static final String PICTURES = "report-pictures";

  private static final System.Logger LOGGER = System.getLogger(Report.class.getName());
  private static final int DIGITS = 12;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern HEADING = Pattern.compile("<h2>(.*?)</h2>", Pattern.DOTALL);

  /**
   * Copies the list and checks the names of the tables.
   *
   * @throws IllegalArgumentException if two tables have one name, and so one file
   */
  public Report {
    pictures = ImmutableMap.copyOf(pictures);
    tables = List.copyOf(tables);
    List<String> names = tables.stream().map(Table::name).toList();
    checkArgument(
        Set.copyOf(names).size() == names.size(),
        "the tables of a report need names of their own, got %s",
        names);
  }

  /** Creates a report without pictures beside it. */
  public Report(String title, String html, List<Table> tables) {
    this(title, html, tables, Map.of());
  }

  /** Returns a builder of the report of an evaluation. */
  public static Builder builder(String title, EvaluationResult result) {
    return new Builder(title, Optional.of(result));
  }

  /**
   * Returns a builder of a report of no single evaluation, such as of the paper's tables. It has
   * the sections that are added, without a headline; those of an evaluation's own images are
   * refused.
   */
  public static Builder builder(String title) {
    return new Builder(title, Optional.empty());
  }

  /**
   * Checks that a report can be written into a folder, and creates it. Call it before hours of work
   * that are to end in a report.
   *
   * @throws UncheckedIOException if it cannot; the message says why
   */
  public static void checkWritable(Path folder) {
    try {
      WholeFiles.checkWritable(folder);
    } catch (IOException e) {
      throw problem(folder, e);
    }
  }

  /**
   * Writes the page, and its pictures, if it has some, below the folder beside it with the page's
   * name and {@code -pictures}. Missing folders are created. An earlier report stays until the new
   * one is complete. Then its pictures are removed. A picture whose image cannot be read any more
   * is left out.
   *
   * @throws UncheckedIOException if it cannot be written, or another program is writing a report
   *     with pictures there; an earlier report is then as it was
   */
  public void write(Path file) {
    if (pictures.isEmpty()) {
      write(file, html);
      return;
    }
    try {
      OutputLock lock = OutputLock.alone(file);
      try (lock) {
        writeWithPictures(file);
      }
    } catch (IOException e) {
      throw problem(file, e);
    }
  }

  /** Pictures of another page have another folder, so that no page ever shows another's. */
  private void writeWithPictures(Path file) throws IOException {
    String all =
        MoreFiles.getNameWithoutExtension(file).replaceAll("[^\\p{Alnum}._-]", "-") + "-pictures";
    String own =
        Hashing.sha256().hashString(html, StandardCharsets.UTF_8).toString().substring(0, DIGITS);
    Path folder = file.resolveSibling(all);
    pictures.forEach((name, picture) -> write(folder.resolve(own).resolve(name), picture));
    write(file, html.replace(PICTURES, all + "/" + own));
    try {
      removeOthers(folder, own);
    } catch (IOException e) { // on Windows, a browser may show one; the next report tries again
      LOGGER.log(Level.DEBUG, "pictures of an earlier report could not be removed", e);
    }
  }

  private static void removeOthers(Path folder, String own) throws IOException {
    List<Path> others;
    try (Stream<Path> folders = Files.list(folder)) {
      others =
          folders
              .filter(one -> one.getFileName().toString().matches("[0-9a-f]{" + DIGITS + "}"))
              .filter(one -> !one.endsWith(own))
              .toList();
    }
    for (Path other : others) {
      try (Stream<Path> files = Files.walk(other)) {
        for (Path one : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(one);
        }
      }
    }
  }

  private static void write(Path file, ByteSource picture) {
    byte[] content;
    try {
      content = picture.read();
    } catch (UnreadableImageException e) {
      return;
    } catch (IOException e) {
      throw problem(file, e);
    }
    try {
      WholeFiles.write(file, content);
    } catch (IOException e) {
      throw problem(file, e);
    }
  }

  /**
   * Writes the tables into a folder: all together to {@code report.md}, {@code report.tex} (needs
   * the LaTeX package booktabs) and {@code report.json}, and each to a CSV file with its name.
   * Missing folders are created; earlier files are replaced one by one.
   *
   * @throws UncheckedIOException if a file cannot be written; an earlier one is then as it was
   */
  public void writeTables(Path folder) {
    write(
        folder.resolve("report.md"),
        "# %s\n\n%s".formatted(Table.inMarkdown(title), joined(Table::markdown)));
    write(folder.resolve("report.tex"), joined(Table::latex));
    ObjectNode json = JSON.createObjectNode();
    json.put("title", title);
    ArrayNode array = json.putArray("tables");
    tables.forEach(table -> array.add(table.json()));
    write(folder.resolve("report.json"), json.toPrettyString() + "\n");
    for (Table table : tables) {
      write(folder.resolve(table.name() + ".csv"), table.csv());
    }
  }

  private String joined(Function<Table, String> format) {
    return tables.stream().map(format).collect(Collectors.joining("\n"));
  }

  private static void write(Path file, String text) {
    try {
      WholeFiles.write(file, text);
    } catch (IOException e) {
      throw problem(file, e);
    }
  }

  private static UncheckedIOException problem(Path place, IOException e) {
    return WholeFiles.problem(
        "report %s could not be written (%s); choose another place or make room there",
        place.toAbsolutePath(), e);
  }

  /**
   * Collects the sections of a report. All are optional, except those of the evaluation itself.
   * Their order on the page is fixed.
   */
  public static final class Builder {

    private static final int SECONDS_EACH = 5;

    private final String title;
    private final Optional<EvaluationResult> evaluated;
    private Optional<String> data = Optional.empty();
    private Optional<String> simulated = Optional.empty();
    private Optional<Map<String, String>> files = Optional.empty();
    private Optional<ImageDataset> images = Optional.empty();
    private Optional<Section> alignments = Optional.empty();
    private final List<Section> leaderboards = new ArrayList<>();
    private final List<Section> protocols = new ArrayList<>();
    private Optional<Section> degradations = Optional.empty();
    private final List<Section> fields = new ArrayList<>();
    private Optional<Section> verdicts = Optional.empty();
    private Optional<Section> suites = Optional.empty();
    private Optional<Section> attacks = Optional.empty();
    private Optional<Section> groups = Optional.empty();
    private Optional<Section> baselines = Optional.empty();
    private Optional<Section> spectra = Optional.empty();
    private Optional<Section> gallery = Optional.empty();
    private Optional<Section> samples = Optional.empty();
    private Optional<Section> training = Optional.empty();
    private Optional<MistakesSection> mistakes = Optional.empty();
    private final List<Section> comparisons = new ArrayList<>();
    private Optional<DetectorIdentity> identity = Optional.empty();
    private Instant date = Instant.now();
    private final List<Section> others = new ArrayList<>();
    private Map<String, String> manifest = Map.of();

    private Builder(String title, Optional<EvaluationResult> evaluated) {
      this.title = title;
      this.evaluated = evaluated;
    }

    private EvaluationResult result() {
      return evaluated.orElseThrow(
          () ->
              new IllegalStateException(
                  "expected a report of an evaluation for this section, found one of none; begin"
                      + " with Report.builder(title, result)"));
    }

    /** Adds a description of the images to the summary. */
    public Builder data(String description) {
      data = Optional.of(description);
      return this;
    }

    /** Adds a warning at the top that the images are simulated, and how. */
    public Builder simulated(String note) {
      simulated = Optional.of(note);
      return this;
    }

    /**
     * Adds a warning at the top if format, size or quality of the files alone tell the labels. If
     * no rules are given, {@link #build} reads the headers of the images that a section shows.
     */
    public Builder files(FileRules rules) {
      return files(Map.of("", rules));
    }

    /**
     * Adds a warning at the top for each set of images whose labels format, size or quality of the
     * files alone tell.
     *
     * @param sets what the files tell, by the name of the set
     */
    public Builder files(Map<String, FileRules> sets) {
      Map<String, String> warnings = new LinkedHashMap<>();
      sets.forEach(
          (name, rules) -> rules.warning().ifPresent(warning -> warnings.put(name, warning)));
      files = Optional.of(warnings);
      return this;
    }

    private Map<String, String> warnings() {
      if (files.isEmpty() && images.isPresent()) {
        files(FileRules.of(images.get(), Progress.NONE));
      }
      return files.orElse(Map.of());
    }

    /**
     * Shows the published images and aligned ones side by side, and a warning at the top if the
     * published files alone tell the labels.
     *
     * @param both of the evaluation that the report is about
     */
    public Builder aligned(SideBySide both) {
      alignments = Optional.of(new AlignmentSection(both));
      return files(both.files());
    }

    /** Shows detectors side by side: one section for each set of the leaderboard. */
    public Builder leaderboard(Leaderboard board) {
      for (String set : board.sets()) {
        leaderboards.add(LeaderboardSection.of(leaderboards.size() + 1, board, set));
      }
      return this;
    }

    /** Shows a table of the paper with our accuracies. */
    public Builder protocol(ProtocolResult table) {
      return protocol(table, Map.of());
    }

    /**
     * Shows a table of the paper with our accuracies on the published data and on unbiased data.
     *
     * @param table our accuracies on the published data
     * @param unbiased our accuracies on unbiased data, of the same table
     * @throws IllegalArgumentException if the tables differ
     */
    public Builder protocol(ProtocolResult table, ProtocolResult unbiased) {
      return protocol(table, Map.of("unbiased", unbiased));
    }

    /**
     * Shows a table of the paper with our accuracies on the published images and, with the
     * difference, on other ones.
     *
     * @param table our accuracies on the published images
     * @param others our accuracies in the same table on other images, by an adjective for them,
     *     such as {@code aligned}, in order
     * @throws IllegalArgumentException if the tables differ
     */
    public Builder protocol(ProtocolResult table, Map<String, ProtocolResult> others) {
      for (ProtocolResult other : others.values()) {
        checkArgument(
            table.protocol().name().equals(other.protocol().name()),
            "both results must be of one table, got %s and %s",
            table.protocol().name(),
            other.protocol().name());
      }
      protocols.add(new ProtocolSection(table, ImmutableMap.copyOf(others)));
      return this;
    }

    /**
     * Shows a protocol of the field fold by fold, such as one that leaves one generator out.
     *
     * @param heading such as {@code Leaving one generator out}; one section per heading
     */
    public Builder folds(String heading, FoldResult result) {
      return folds(heading, result, Optional.empty());
    }

    /**
     * Shows a protocol of the field fold by fold, on the published images and on aligned ones, with
     * the difference.
     *
     * @param heading such as {@code Leaving one generator out}; one section per heading
     * @param result on the published images
     * @param aligned the same folds with formats made equal
     */
    public Builder folds(String heading, FoldResult result, FoldResult aligned) {
      return folds(heading, result, Optional.of(aligned));
    }

    private Builder folds(String heading, FoldResult result, Optional<FoldResult> aligned) {
      fields.add(
          new FieldSection(
              named("folds"), heading, result.figures(), Optional.of(result), aligned));
      return this;
    }

    /**
     * Shows the evaluated images in strata, such as those of {@link
     * org.genimage.eval.protocol.Strata}; nothing if the map is empty.
     *
     * @param heading such as {@code By size}; one section per heading
     */
    public Builder strata(String heading, Map<String, Scores> parts) {
      if (!parts.isEmpty()) {
        ImmutableMap.Builder<String, FieldFigures> figures = ImmutableMap.builder();
        parts.forEach((name, scores) -> figures.put(name, FieldFigures.of(scores)));
        fields.add(
            new FieldSection(
                named("strata"),
                heading,
                figures.buildOrThrow(),
                Optional.empty(),
                Optional.empty()));
      }
      return this;
    }

    private String named(String kind) {
      return kind + "-" + (fields.size() + 1);
    }

    /** Shows accuracies on degraded images; nothing if the list is empty. */
    public Builder degradations(List<DegradedAccuracy> measured) {
      degradations =
          measured.isEmpty()
              ? Optional.empty()
              : Optional.of(new DegradationSection(List.copyOf(measured)));
      return this;
    }

    /**
     * Shows the verdicts of a rule that may be unsure, per generator, and coverage against error.
     *
     * @param decided verdicts on the evaluated images
     */
    public Builder verdicts(Verdicts decided) {
      return verdicts(decided, Map.of());
    }

    /**
     * Shows the verdicts of a rule that may be unsure, and what changes of the images do to them.
     *
     * @param decided verdicts on the evaluated images
     * @param changes what became of them, by the name of the change, such as {@code JPEG 30}
     */
    public Builder verdicts(Verdicts decided, Map<String, VerdictChanges> changes) {
      verdicts =
          Optional.of(new VerdictSection(result().scores(), decided, ImmutableMap.copyOf(changes)));
      return this;
    }

    /**
     * Shows what a suite of changes does to detectors: a heat map, the worst change, and verdicts
     * that turn; nothing if the map is empty.
     *
     * @param results by the detectors' names
     */
    public Builder suite(Map<String, RobustnessResult> results) {
      suites =
          results.isEmpty()
              ? Optional.empty()
              : Optional.of(new SuiteSection(ImmutableMap.copyOf(results)));
      return this;
    }

    /** Shows accuracies before and after attacks; nothing if the list is empty. */
    public Builder robustness(List<RobustnessRow> rows) {
      attacks =
          rows.isEmpty() ? Optional.empty() : Optional.of(new RobustnessSection(List.copyOf(rows)));
      return this;
    }

    /** Shows accuracies by groups of people; nothing if the map is empty. */
    public Builder groups(Map<String, Scores> scores) {
      groups =
          scores.isEmpty()
              ? Optional.empty()
              : Optional.of(new GroupSection(ImmutableMap.copyOf(scores)));
      return this;
    }

    /** Shows the accuracies of trivial detectors on the same images. */
    public Builder baselines(Baselines measured) {
      baselines = Optional.of(new BaselineSection(result(), measured));
      return this;
    }

    /** Shows mean Fourier spectra. */
    public Builder spectra(Spectra measured) {
      spectra = Optional.of(new SpectrumSection(measured));
      return this;
    }

    /**
     * Shows the images with the most extreme scores, right and wrong.
     *
     * @param images the dataset that was evaluated
     */
    public Builder gallery(ImageDataset images) {
      this.images = Optional.of(images);
      gallery = Optional.of(new GallerySection(result().scores(), images, Optional.empty()));
      return this;
    }

    /**
     * Shows the images with the most extreme scores, and for each a map of the areas that the score
     * comes from: by occlusion, at most about five seconds for each of 24 images.
     *
     * @param images the dataset that was evaluated
     * @param detector used until {@link #build} returns
     */
    public Builder gallery(ImageDataset images, Detector detector) {
      return gallery(
          images, detector, Explainers.occlusion().within(Duration.ofSeconds(SECONDS_EACH)));
    }

    /**
     * Shows the images with the most extreme scores, and for each a map of the areas that the score
     * comes from.
     *
     * @param images the dataset that was evaluated
     * @param detector used until {@link #build} returns
     * @param explainer makes the maps, at most 24
     */
    public Builder gallery(ImageDataset images, Detector detector, Explainer explainer) {
      this.images = Optional.of(images);
      gallery =
          Optional.of(
              new GallerySection(
                  result().scores(),
                  images,
                  Optional.of(image -> explainer.explain(detector, image))));
      return this;
    }

    /**
     * Shows a contact sheet of each generator's AI images.
     *
     * @param images the dataset that was evaluated
     * @param count images per generator; the paper shows 180
     * @throws IllegalArgumentException if the count is not positive
     */
    public Builder samples(ImageDataset images, int count) {
      checkArgument(count > 0, "number of samples must be positive, got %s", count);
      this.images = Optional.of(images);
      samples = Optional.of(new ContactSheetSection(images, count));
      return this;
    }

    /**
     * Shows the loss of each epoch; nothing if the list is empty.
     *
     * @param perEpoch the mean loss of each epoch, in nats
     * @throws IllegalArgumentException if one is negative or not finite
     */
    public Builder losses(List<Double> perEpoch) {
      for (double loss : perEpoch) {
        checkArgument(
            loss >= 0 && Double.isFinite(loss),
            "losses must be finite and not negative, got %s",
            perEpoch);
      }
      return training(perEpoch.stream().map(TrainingPoint::of).toList());
    }

    /**
     * Shows loss, validation accuracy and learning rate of each epoch; nothing if the list is
     * empty.
     */
    public Builder training(List<TrainingPoint> epochs) {
      training =
          epochs.isEmpty()
              ? Optional.empty()
              : Optional.of(new TrainingSection(List.copyOf(epochs)));
      return this;
    }

    /**
     * Lists all images that are decided wrongly, the surest mistakes first, 1,000 at most. Their
     * pictures lie in a folder beside the page, which {@link Report#write} writes.
     *
     * @param images the dataset that was evaluated; its pictures are made when the report is
     *     written
     */
    public Builder mistakes(ImageDataset images) {
      this.images = Optional.of(images);
      mistakes = Optional.of(MistakesSection.of(result().scores(), images));
      return this;
    }

    /**
     * Compares the evaluation with another run on the same images: accuracies, areas, and whether
     * chance explains the differences.
     *
     * @param name of the other run, such as {@code DeiT-S} or {@code before fine-tuning}
     * @throws IllegalArgumentException if the images differ
     */
    public Builder comparison(String name, EvaluationResult other) {
      comparisons.add(
          ComparisonSection.of(
              "comparison-" + (comparisons.size() + 1),
              result().detector(),
              result().scores(),
              name,
              other.scores()));
      return this;
    }

    /** Shows which detector it is: the SHA-256 of its weights. */
    public Builder identity(DetectorIdentity detector) {
      identity = Optional.of(detector);
      return this;
    }

    /** Sets the date that the report has; by default that of the builder. */
    public Builder date(Instant moment) {
      date = moment;
      return this;
    }

    /**
     * Shows a section of your own, such as one by {@link Section#builder}. Several keep the order
     * of the calls; they come before the box on what a score does not prove.
     */
    public Builder section(Section section) {
      others.add(section);
      return this;
    }

    /** Shows how to reproduce the numbers, such as versions, seed and command, in this order. */
    public Builder manifest(Map<String, String> entries) {
      manifest = ImmutableMap.copyOf(entries);
      return this;
    }

    /**
     * Returns the report.
     *
     * @throws IllegalArgumentException if two tables have one name
     */
    public Report build() {
      List<Section> sections = new ArrayList<>();
      evaluated.ifPresent(result -> sections.add(HeadlineSection.of(result)));
      alignments.ifPresent(sections::add);
      sections.addAll(leaderboards);
      sections.addAll(protocols);
      evaluated.ifPresent(result -> sections.add(new GeneratorSection(result)));
      evaluated.ifPresent(result -> sections.add(new ConfusionSection(result.scores())));
      sections.addAll(comparisons);
      sections.addAll(fields);
      evaluated.ifPresent(result -> sections.add(new ScoreSection(result.scores())));
      verdicts.ifPresent(sections::add);
      degradations.ifPresent(sections::add);
      suites.ifPresent(sections::add);
      attacks.ifPresent(sections::add);
      groups.ifPresent(sections::add);
      baselines.ifPresent(sections::add);
      spectra.ifPresent(sections::add);
      gallery.ifPresent(sections::add);
      mistakes.ifPresent(sections::add);
      samples.ifPresent(sections::add);
      sections.addAll(others);
      sections.add(new LimitsSection(evaluated.map(EvaluationResult::scores)));
      training.ifPresent(sections::add);
      List<Table> tables = sections.stream().flatMap(section -> section.tables().stream()).toList();
      if (!tables.isEmpty()) {
        sections.add(new DownloadsSection(tables));
      }
      sections.add(new OriginSection(evaluated, identity, date, manifest));
      return new Report(
          title,
          page(sections),
          tables,
          mistakes.map(MistakesSection::pictures).orElse(ImmutableMap.of()));
    }

    private String page(List<Section> sections) {
      String frame;
      try {
        frame =
            Resources.toString(
                Resources.getResource(Report.class, "report.html"), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException("report.html of this library", e);
      }
      StringBuilder notes = new StringBuilder();
      simulated.ifPresent(text -> notes.append(note("Simulated data", text)));
      warnings()
          .forEach(
              (set, text) ->
                  notes.append(
                      note(
                          "The files give the labels away",
                          set.isEmpty() ? text : set + ": " + text)));
      evaluated.ifPresent(
          result ->
              Cautions.of(result.scores())
                  .forEach((caution, text) -> notes.append(note(caution, text))));
      StringBuilder contents = new StringBuilder();
      StringBuilder body = new StringBuilder();
      for (Section section : sections) {
        body.append(numbered(section.html(), contents)).append('\n');
      }
      return frame
          .replace("{{title}}", escape(title))
          .replace("{{summary}}", summary())
          .replace("{{contents}}", contents)
          .replace("{{sections}}", notes.append(body));
    }

    /** Gives a section's heading an id, and adds a link to it. */
    private static String numbered(String html, StringBuilder contents) {
      Matcher heading = HEADING.matcher(html);
      if (!heading.find()) {
        return html;
      }
      int number = 1 + contents.toString().split("<li>", -1).length - 1;
      String text = heading.group(1).replaceAll("<[^>]*>", "");
      contents.append("<li><a href=\"#s%s\">%s</a></li>%n".formatted(number, text));
      return html.substring(0, heading.start())
          + "<h2 id=\"s%s\">%s</h2>".formatted(number, heading.group(1))
          + html.substring(heading.end());
    }

    private static String note(String title, String text) {
      return """
          <aside class="simulated" role="note">
            <strong>%s</strong>
            <p>%s</p>
          </aside>
          """
          .formatted(title, escape(text));
    }

    private String summary() {
      return evaluated.map(this::images).orElse("") + data.map(Html::escape).orElse("");
    }

    private String images(EvaluationResult result) {
      Scores scores = result.scores();
      return "%s on %s images: %s natural, %s by AI. "
          .formatted(
              escape(result.detector()),
              count(scores.size()),
              count(scores.count(Label.NATURE)),
              count(scores.count(Label.AI)));
    }
  }
}
