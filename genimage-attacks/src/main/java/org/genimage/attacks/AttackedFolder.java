package org.genimage.attacks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.PlainNames;
import org.genimage.data.internal.WholeFiles;

/**
 * Attacked images as a dataset in GenImage's layout, {@code
 * generator/archive/val/ai/000007_name.png}, which {@link org.genimage.data.GenImage} opens. PNG
 * files of 8 bits, since JPEG would undo part of an attack. {@code manifest.json} says what was
 * done to each. Each file is written whole or not at all, the manifest last: a folder without it is
 * not complete. One attack writes at a time, until {@link #manifest} or {@link #close}. Its first
 * image replaces those of an earlier attack, complete or stopped.
 *
 * <pre>{@code
 * AttackedFolder folder = AttackedFolder.at(Path.of("attacked"));
 * folder.manifest(AttackRun.of(attack).sink(folder).against(victim, data));
 * }</pre>
 */
public final class AttackedFolder implements BiConsumer<AttackedImage, Image>, AutoCloseable {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** On one system or another. */
  private static final String FORBIDDEN = "[\\p{Cntrl}<>:\"|?*]";

  /** What this class calls images, below the folder. */
  private static final Pattern IMAGE =
      Pattern.compile("[^/]+/[^/]+/val/(ai|nature)/[0-9]{6,}_[^/]*\\.png");

  private static final int DEPTH = 5; // of an image below the folder

  private final Path root;
  private final Path manifest;
  private final Path unfinished; // is there until the manifest is
  private final List<String> files = new ArrayList<>();
  private Optional<OutputLock> lock = Optional.empty();
  private boolean begun;

  private AttackedFolder(Path root) {
    this.root = root;
    this.manifest = root.resolve("manifest.json");
    this.unfinished = root.resolve("unfinished.txt");
  }

  /** Returns a folder that images are added to; it is made with the first. */
  public static AttackedFolder at(Path root) {
    return new AttackedFolder(root);
  }

  /**
   * Checks, before hours of work, that the images of a dataset can be written here. {@link
   * AttackRun#against} calls it.
   *
   * @throws DatasetException if a generator's folder is not a plain name, another attack writes
   *     here, or {@code manifest.json} is of something else
   * @throws UncheckedIOException if nothing can be written here; the message says why
   */
  public void check(ImageDataset data) {
    for (int i = 0; i < data.size(); i++) {
      checkNames(data.sample(i));
    }
    boolean held = lock.isPresent();
    lock();
    if (!held) {
      close();
    }
  }

  /** Keeps other attacks from this folder, until it is closed. Changes none of its files. */
  void lock() {
    if (lock.isPresent()) {
      return;
    }
    try {
      WholeFiles.checkWritable(root);
      checkManifest();
      lock = OutputLock.of(manifest);
    } catch (IOException e) {
      throw problem(root, e);
    }
    if (lock.isEmpty()) {
      throw new DatasetException(
          root
              + ": expected a folder that nobody writes to, found one to which another attack"
              + " writes; wait for its end or choose another folder");
    }
  }

  private void checkManifest() throws IOException {
    if (Files.exists(manifest)
        && !(Files.isRegularFile(manifest) && isOfAttack(Files.readAllBytes(manifest)))) {
      throw new DatasetException(
          manifest
              + ": expected the manifest of an attack, found another file; choose another folder");
    }
  }

  private static boolean isOfAttack(byte[] json) throws IOException {
    try {
      JsonNode node = JSON.readTree(json);
      return node.has("attack") && node.has("images");
    } catch (JsonProcessingException | CharConversionException e) {
      return false;
    }
  }

  private void begin() {
    lock();
    boolean used = Files.exists(manifest) || Files.exists(unfinished);
    write(
        unfinished,
        "An attack is writing images here, or was stopped. The next one replaces them.\n"
            .getBytes(StandardCharsets.UTF_8));
    try {
      Files.deleteIfExists(manifest); // before the images that it lists
      if (used) {
        removeImages();
      }
    } catch (IOException e) {
      throw problem(root, e);
    }
    files.clear();
    begun = true;
  }

  private void removeImages() throws IOException {
    List<Path> earlier;
    try (Stream<Path> paths = Files.walk(root, DEPTH)) {
      earlier = paths.filter(this::isImage).toList();
    }
    for (Path image : earlier) {
      Files.delete(image);
    }
  }

  private boolean isImage(Path path) {
    return IMAGE.matcher(root.relativize(path).toString().replace('\\', '/')).matches();
  }

  /** A list's generator must not choose a place outside this folder. */
  private static void checkNames(Sample sample) {
    for (String name : List.of(sample.generator().folder(), sample.generator().archive())) {
      if (!PlainNames.isPlain(name)) {
        throw new DatasetException(
            "%s: expected a generator whose folder is a plain name, found '%s'; rename the generator"
                .formatted(sample.name(), name));
      }
    }
  }

  /**
   * Writes one image. Its name is the original's, with {@code _} for characters that not every
   * system can write.
   *
   * @throws DatasetException if its generator's folder is not a plain name, or another attack
   *     writes here
   * @throws UncheckedIOException if it cannot be written
   */
  @Override
  public void accept(AttackedImage attacked, Image image) {
    Sample sample = attacked.sample();
    checkNames(sample);
    if (!begun) {
      begin();
    }
    String file =
        String.join(
            "/",
            sample.generator().folder(),
            sample.generator().archive(),
            "val",
            sample.label().folder(),
            String.format(Locale.ROOT, "%06d_%s.png", files.size(), stem(sample.name())));
    write(root.resolve(file), image.toPng());
    files.add(file);
  }

  /** Returns a file's name without extension, in characters that every system can write. */
  private String stem(String name) {
    String file = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    int end = file.lastIndexOf('.');
    String stem = (end < 0 ? file : file.substring(0, end)).replaceAll(FORBIDDEN, "_");
    return FileNames.isExpressible(root.getFileSystem(), stem)
        ? stem
        : stem.replaceAll("[^ -~]", "_");
  }

  /**
   * Writes {@code manifest.json}: the attack, its budget and settings, the victim, and for each
   * file the original's name, the scores and the distances. Then other attacks may write here.
   *
   * @param result of the run that this folder was the sink of
   * @throws IllegalArgumentException if it has another number of images
   * @throws UncheckedIOException if it cannot be written
   */
  public void manifest(AttackResult result) {
    if (result.images().size() != files.size()) {
      throw new IllegalArgumentException(
          "the folder has %s images, the result %s; make this folder the sink of one run"
              .formatted(files.size(), result.images().size()));
    }
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("attack", result.attack());
    content.put("budget", result.budget().toString());
    content.put("settings", result.settings());
    content.put("victim", result.victim());
    content.put("warnings", result.warnings());
    List<Map<String, Object>> images = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      AttackedImage image = result.images().get(i);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("file", files.get(i));
      entry.put("original", image.sample().name());
      entry.put("label", image.sample().label().folder());
      entry.put("score before", image.cleanScore());
      entry.put("score after", image.savedScore());
      entry.put("success", image.success());
      entry.put("linf", image.linf());
      entry.put("l2", image.l2());
      images.add(entry);
    }
    content.put("images", images);
    try {
      write(manifest, JSON.writeValueAsBytes(content));
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      throw problem(manifest, e);
    }
    close();
  }

  /** Lets other attacks write here. Without a manifest the folder stays incomplete. */
  @Override
  public void close() {
    begun = false;
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      throw problem(root, e);
    } finally {
      lock = Optional.empty();
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      WholeFiles.write(file, content);
    } catch (IOException e) {
      throw problem(file, e);
    }
  }

  private static UncheckedIOException problem(Path place, IOException e) {
    return WholeFiles.problem(
        "%s: attacked images cannot be written there (%s); choose another folder or make room",
        place, e);
  }
}
