package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.internal.CheckedLines;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;

/*
 * One JSON object a line, each with a checksum of everything up to it. The first says which detector
 * and images the scores belong to; then one line per image, in the order of the dataset, so that the
 * number of lines says where to resume. Lines are only ever appended: a run of hours must keep every
 * score that it has. A killed process leaves at most one line without a line end, and the next run
 * removes it. Only where an image that failed has a score at last, the file is written anew, whole.
 *
 * Files of version 0.1.0 have no checksums, and are resumed without them.
 */

/** The scores of one evaluation in a file that grows while it runs. */
final class ScoreFile implements AutoCloseable {

  private final Path file;
  private final OutputLock lock;
  private ScoreReader.Content content;
  private FileChannel channel;
  private CheckedLines checksums;

  private ScoreFile(Path file, OutputLock lock, ScoreReader.Content content, FileChannel channel) {
    this.file = file;
    this.lock = lock;
    this.content = content;
    this.channel = channel;
    this.checksums = content.checksums();
  }

  /**
   * Opens a file to append to, for this process alone; starts it if it is missing.
   *
   * @param images those of the header
   * @throws ScoreFileException if it holds something else, or another process writes to it
   */
  static ScoreFile open(Path file, ScoreHeader header, ImageDataset images) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      OutputLock lock =
          OutputLock.of(file)
              .orElseThrow(
                  () ->
                      new ScoreFileException(
                          "%s: another evaluation is writing to it; wait for its end or choose"
                                  .formatted(file)
                              + " another file"));
      try {
        return open(Files.exists(file) ? file.toRealPath() : file, lock, header, images);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      Interruption.check(e, file + " was being opened");
      throw WholeFiles.problem(
          "%s: scores cannot be written there (%s); choose another place", file, e);
    }
  }

  private static ScoreFile open(Path file, OutputLock lock, ScoreHeader header, ImageDataset images)
      throws IOException {
    if (!Files.exists(file) || ScoreReader.isBegun(file)) {
      WholeFiles.write(file, new CheckedLines().seal(header.json()) + "\n");
    }
    ScoreReader.Content content = ScoreReader.read(file);
    header
        .difference(content.header())
        .ifPresent(
            difference -> {
              throw new ScoreFileException(
                  "%s: expected %s; choose another file or remove this one"
                      .formatted(file, difference));
            });
    checkImages(file, content.lines(), images);
    return new ScoreFile(file, lock, content, append(file, content.bytes()));
  }

  /** Opens the file behind its last complete line, and removes what follows. */
  private static FileChannel append(Path file, long bytes) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      channel.truncate(bytes);
      channel.position(bytes);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Checks that every line is of the image of its place. */
  static void checkImages(Path file, List<ScoreLine> lines, ImageDataset images) {
    for (int i = 0; i < lines.size(); i++) {
      Sample sample = images.sample(i);
      if (!lines.get(i).isOf(sample)) {
        throw ScoreReader.damaged(
            file,
            i + 2,
            "%s (%s, %s)".formatted(sample.name(), sample.generator(), sample.label().folder()),
            lines.get(i).toString());
      }
    }
  }

  /** Returns what the file held when it was opened. */
  List<ScoreLine> lines() {
    return content.lines();
  }

  /** Appends the lines of a batch in one write. */
  void append(List<ScoreLine> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(sealed(line.json())).append('\n'));
    try {
      WholeFiles.drain(channel, StandardCharsets.UTF_8.encode(text.toString()));
    } catch (IOException e) {
      throw problem(e);
    }
  }

  /** Replaces all lines. An earlier file stays until the new one is complete. */
  void replace(List<ScoreLine> lines) {
    checksums = new CheckedLines();
    StringBuilder text = new StringBuilder();
    try {
      text.append(sealed(header())).append('\n');
      lines.forEach(line -> text.append(sealed(line.json())).append('\n'));
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      channel.close();
      WholeFiles.write(file, bytes);
      channel = append(file, bytes.length);
    } catch (IOException e) {
      throw problem(e);
    }
  }

  private String header() throws IOException {
    if (content.version() > 1) {
      return content.header().json();
    }
    try (var lines = Files.lines(file)) {
      return lines.findFirst().orElseThrow();
    }
  }

  private String sealed(String json) {
    return content.version() > 1 ? checksums.seal(json) : json;
  }

  private UncheckedIOException problem(IOException e) {
    Interruption.check(e, "scores were being written to " + file + "; run again, it resumes");
    return WholeFiles.problem(
        "%s: scores could not be written (%s); make room there and run again, it resumes", file, e);
  }

  /** Returns the result of a file, if every image has its line. */
  static EvaluationResult result(Path file, ScoreReader.Content content) {
    checkComplete(file, content);
    return result(file, content.header(), content.lines());
  }

  private static EvaluationResult result(Path file, ScoreHeader header, List<ScoreLine> lines) {
    List<Score> scores =
        lines.stream().filter(line -> !line.failed()).map(ScoreLine::toScore).toList();
    if (scores.isEmpty()) {
      throw new ScoreFileException(
          "%s: expected scores, found %s images and none that could be read"
              .formatted(file, lines.size()));
    }
    return new EvaluationResult(
        header.detector().name(),
        header.detector().provenance(),
        header.data(),
        Scores.of(scores).at(header.threshold()),
        lines.stream().filter(ScoreLine::failed).map(ScoreLine::toFailure).toList(),
        0,
        Duration.ZERO,
        Optional.empty());
  }

  private static void checkComplete(Path file, ScoreReader.Content content) {
    if (content.torn() && content.complete()) {
      throw ScoreReader.damaged(
          file,
          content.lines().size() + 2,
          "the end of the scores of %s images".formatted(content.header().images()),
          "a part of a line");
    }
    if (!content.complete()) {
      throw new ScoreFileException(
          "%s: expected scores of %s images, found %s%s; run the evaluation again, it resumes there"
              .formatted(
                  file,
                  content.header().images(),
                  content.lines().size(),
                  content.torn() ? " and a part of a line" : ""));
    }
  }

  /** Reads the files of all parts of an evaluation, in any order, as one. */
  static EvaluationResult read(List<Path> files) {
    checkArgument(!files.isEmpty(), "scores need at least one file, got none");
    Map<Integer, ScoreReader.Content> parts = new TreeMap<>();
    for (Path file : files) {
      ScoreReader.Content content = ScoreReader.read(file);
      checkComplete(file, content);
      Part part = content.header().part();
      if (part.count() != files.size() || parts.put(part.index(), content) != null) {
        throw new ScoreFileException(
            "%s: expected one of an evaluation's %s parts, each once, found %s; name all its files"
                .formatted(file, files.size(), part));
      }
    }
    List<ScoreLine> lines = new ArrayList<>();
    ScoreHeader first = parts.get(0).header();
    for (ScoreReader.Content content : parts.values()) {
      ScoreHeader other = content.header();
      Optional<String> difference = first.of(other.part(), other.images()).difference(other);
      if (difference.isPresent()) {
        throw new ScoreFileException(
            "%s: expected %s in %s; name the files of one evaluation"
                .formatted(files.get(0), difference.get(), other.part()));
      }
      lines.addAll(content.lines());
    }
    return result(files.get(0), first, lines);
  }

  @Override
  public void close() {
    try (lock) {
      if (channel.isOpen()) { // an interrupt closes it
        channel.force(true);
        channel.close();
      }
    } catch (IOException e) {
      throw problem(e);
    }
  }
}
