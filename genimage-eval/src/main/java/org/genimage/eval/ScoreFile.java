package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.Detector;

/*
 * One JSON object a line. The first says which detector and images the scores belong to; then one
 * line per image, in the order of the dataset, so that the number of lines says where to resume.
 * Lines are only ever appended, not written by WholeFiles: a run of hours must keep every score that
 * it has. A killed process leaves at most one line without a line end, and the next run removes it.
 */

/** The scores of one evaluation in a file that grows while it runs. */
final class ScoreFile implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "genimage-scores";

  /** Whose scores they are. */
  record Header(
      String detector,
      Map<String, String> provenance,
      double threshold,
      String degradation,
      String data,
      Part part,
      int images) {

    static Header of(Detector detector, ImageDataset data, Degradation degradation, Part part) {
      return new Header(
          detector.name(),
          ImmutableMap.copyOf(detector.provenance()),
          detector.threshold(),
          degradation.name(),
          fingerprint(data),
          part,
          part.end(data.size()) - part.start(data.size()));
    }

    /** Returns the header of another part of the same images. */
    private Header of(Part other, int size) {
      return new Header(detector, provenance, threshold, degradation, data, other, size);
    }

    private String json() {
      ObjectNode node = JSON.createObjectNode();
      node.put("format", FORMAT);
      node.put("detector", detector);
      node.put("threshold", threshold);
      node.put("degradation", degradation);
      node.put("data", data);
      if (!part.equals(Part.WHOLE)) {
        node.put("part", part.index());
        node.put("parts", part.count());
      }
      node.put("images", images);
      ObjectNode origin = node.putObject("provenance");
      provenance.forEach(origin::put);
      return node.toString();
    }

    private static Header parse(JsonNode node) {
      Map<String, String> provenance = new LinkedHashMap<>();
      node.path("provenance")
          .properties()
          .forEach(entry -> provenance.put(entry.getKey(), entry.getValue().asText()));
      return new Header(
          node.path("detector").asText(),
          provenance,
          node.path("threshold").asDouble(),
          node.path("degradation").asText(),
          node.path("data").asText(),
          new Part(node.path("part").asInt(0), node.path("parts").asInt(1)),
          node.path("images").asInt());
    }

    /** Returns what differs, as a part of a sentence: expected this, found that. */
    Optional<String> difference(Header found) {
      if (!detector.equals(found.detector)) {
        return Optional.of("scores of %s, found those of %s".formatted(detector, found.detector));
      }
      if (!provenance.equals(found.provenance)) {
        String key =
            Stream.concat(provenance.keySet().stream(), found.provenance.keySet().stream())
                .filter(k -> !String.valueOf(provenance.get(k)).equals(found.provenance.get(k)))
                .findFirst()
                .orElseThrow();
        return Optional.of(
            "scores of this %s, found those of other weights (provenance differs in '%s')"
                .formatted(detector, key));
      }
      if (!degradation.equals(found.degradation)) {
        return Optional.of(
            "scores of images with degradation '%s', found '%s'"
                .formatted(degradation, found.degradation));
      }
      if (!part.equals(found.part)) {
        return Optional.of(
            "scores of %s of the images, found those of %s".formatted(part, found.part));
      }
      if (images != found.images || !data.equals(found.data)) {
        return Optional.of(
            "scores of these %d images, found those of %d others".formatted(images, found.images));
      }
      return Optional.empty();
    }
  }

  /** What a file holds so far. */
  record Content(Header header, List<Score> scores, List<Failure> failures) {

    int size() {
      return scores.size() + failures.size();
    }

    boolean complete() {
      return size() == header.images();
    }

    /** Returns the result, if every image has its line. */
    EvaluationResult result(Path file) {
      checkComplete(file);
      if (scores.isEmpty()) {
        throw new ScoreFileException(
            "%s: expected scores, found %d images and none that could be read"
                .formatted(file, size()));
      }
      return new EvaluationResult(
          header.detector(),
          header.provenance(),
          header.data(),
          Scores.of(scores).at(header.threshold()),
          failures,
          0,
          Duration.ZERO);
    }

    private void checkComplete(Path file) {
      if (!complete()) {
        throw new ScoreFileException(
            "%s: expected scores of %d images, found %d; run the evaluation again, it resumes there"
                .formatted(file, header.images(), size()));
      }
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final Content content;

  private ScoreFile(Path file, FileChannel channel, Content content) {
    this.file = file;
    this.channel = channel;
    this.content = content;
  }

  /**
   * Opens a file to append to, for this process alone; starts it if it is missing.
   *
   * @throws ScoreFileException if it holds other scores, or another process writes to it
   */
  static ScoreFile open(Path file, Header header) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        lock(file, channel);
        cutTornLine(channel);
        if (channel.size() == 0) {
          write(channel, header.json() + "\n");
        }
        Content content = read(file);
        Optional<String> difference = header.difference(content.header());
        if (difference.isPresent()) {
          throw new ScoreFileException(
              "%s: expected %s; choose another file or remove this one"
                  .formatted(file, difference.get()));
        }
        return new ScoreFile(file, channel, content);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: scores cannot be written there (%s); choose another place"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }

  /** Locks a byte beyond any content, so that others may read where locks are mandatory. */
  private static void lock(Path file, FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false);
      if (lock != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Another evaluation in this very process; the sentence below is true of it, too.
    } catch (UnsupportedOperationException e) {
      return; // a file system without locks, such as one in memory
    }
    throw new ScoreFileException(
        "%s: another evaluation is writing to it; wait for its end or choose another file"
            .formatted(file));
  }

  private static void cutTornLine(FileChannel channel) throws IOException {
    ByteBuffer last = ByteBuffer.allocate(1);
    long end = channel.size();
    for (; end > 0; end--) {
      last.clear();
      channel.read(last, end - 1);
      if (last.get(0) == '\n') {
        break;
      }
    }
    channel.truncate(end);
    channel.position(end);
  }

  private static void write(FileChannel channel, String lines) throws IOException {
    WholeFiles.drain(channel, StandardCharsets.UTF_8.encode(lines));
  }

  /** Returns what the file held when it was opened. */
  Content content() {
    return content;
  }

  /** Appends the lines of a batch in one write. */
  void append(List<String> lines) {
    try {
      write(channel, String.join("", lines));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: scores could not be written (%s); make room there and run again, it resumes"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }

  static String line(Score score) {
    return line(score.name(), score.generator(), score.label())
            .put("score", score.value())
            .toString()
        + "\n";
  }

  static String line(Failure failure) {
    return line(failure.name(), failure.generator(), failure.label())
            .put("error", failure.reason())
            .toString()
        + "\n";
  }

  private static ObjectNode line(String name, Generator generator, Label label) {
    return JSON.createObjectNode()
        .put("name", name)
        .put("generator", generator.name())
        .put("label", label.folder());
  }

  /** Reads a file up to its last complete line. */
  static Content read(Path file) {
    Map<String, Generator> generators = new LinkedHashMap<>();
    Generator.GENIMAGE.forEach(generator -> generators.put(generator.name(), generator));
    List<Score> scores = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    int number = 1;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      JsonNode first = parse(file, number, Optional.ofNullable(reader.readLine()).orElse(""));
      if (!first.path("format").asText().equals(FORMAT)) {
        throw new ScoreFileException(
            "%s: expected a file of scores, found none of that format; check the path"
                .formatted(file));
      }
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        JsonNode node = parse(file, number, line);
        String name = node.path("name").asText();
        Generator generator =
            generators.computeIfAbsent(node.path("generator").asText(), Generator::named);
        Label label =
            node.path("label").asText().equals(Label.AI.folder()) ? Label.AI : Label.NATURE;
        if (node.has("score")) {
          scores.add(new Score(name, generator, label, node.get("score").asDouble(Double.NaN)));
        } else {
          failures.add(new Failure(name, generator, label, node.path("error").asText()));
        }
      }
      return new Content(Header.parse(first), scores, failures);
    } catch (IllegalArgumentException e) {
      throw new ScoreFileException(
          "%s: expected a score in line %d, found none (%s); remove the file and run again"
              .formatted(file, number, e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: scores cannot be read (%s); check the path".formatted(file, WholeFiles.reason(e)),
          e);
    }
  }

  /** Reads the files of all parts of an evaluation, in any order, as one. */
  static EvaluationResult read(List<Path> files) {
    checkArgument(!files.isEmpty(), "scores need at least one file, got none");
    Map<Integer, Content> parts = new TreeMap<>();
    for (Path file : files) {
      Content content = read(file);
      content.checkComplete(file);
      Part part = content.header().part();
      if (part.count() != files.size() || parts.put(part.index(), content) != null) {
        throw new ScoreFileException(
            "%s: expected one of an evaluation's %d parts, each once, found %s; name all its files"
                .formatted(file, files.size(), part));
      }
    }
    List<Score> scores = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    Header first = parts.get(0).header();
    for (Content content : parts.values()) {
      Header other = content.header();
      first
          .of(other.part(), other.images())
          .difference(other)
          .ifPresent(
              difference -> {
                throw new ScoreFileException(
                    "%s: expected %s in %s; name the files of one evaluation"
                        .formatted(files.get(0), difference, other.part()));
              });
      scores.addAll(content.scores());
      failures.addAll(content.failures());
    }
    return new Content(first.of(Part.WHOLE, scores.size() + failures.size()), scores, failures)
        .result(files.get(0));
  }

  private static JsonNode parse(Path file, int number, String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new ScoreFileException(
          "%s: expected JSON in line %d, found none; if this is a score file, remove it and run again"
              .formatted(file, number));
    }
  }

  /** Returns SHA-256 over every image's name, generator and label, and how they were chosen. */
  static String fingerprint(ImageDataset data) {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putUnencodedChars(data.selection());
    for (int i = 0; i < data.size(); i++) {
      Sample sample = data.sample(i);
      for (String part :
          List.of(sample.name(), sample.generator().name(), sample.label().folder())) {
        hasher.putInt(part.length()).putUnencodedChars(part);
      }
    }
    return hasher.hash().toString();
  }

  @Override
  public void close() {
    try {
      channel.force(true);
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: scores could not be written (%s); make room there and run again, it resumes"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }
}
