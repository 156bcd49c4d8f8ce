package org.genimage.attacks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.genimage.data.DatasetException;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.PlainNames;
import org.genimage.data.internal.WholeFiles;

/**
 * Attacked images as a dataset in GenImage's layout, {@code
 * generator/archive/val/ai/000007_name.png}, which {@link org.genimage.data.GenImage} opens. PNG
 * files of 8 bits, since JPEG would undo part of an attack. {@code manifest.json} says what was
 * done to each. Each file is written whole or not at all, the manifest last: a folder without it is
 * not complete.
 *
 * <pre>{@code
 * AttackedFolder folder = AttackedFolder.at(Path.of("attacked"));
 * folder.manifest(AttackRun.of(attack).sink(folder).against(victim, data));
 * }</pre>
 */
public final class AttackedFolder implements BiConsumer<AttackedImage, Image> {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** On one system or another. */
  private static final String FORBIDDEN = "[\\p{Cntrl}<>:\"|?*]";

  private final Path root;
  private final List<String> files = new ArrayList<>();

  private AttackedFolder(Path root) {
    this.root = root;
  }

  /** Returns a folder that images are added to; it is made with the first. */
  public static AttackedFolder at(Path root) {
    return new AttackedFolder(root);
  }

  /**
   * Checks, before hours of work, that the images of a dataset can be written here. {@link
   * AttackRun#against} calls it.
   *
   * @throws DatasetException if a generator's folder is not a plain name
   * @throws UncheckedIOException if nothing can be written here; the message says why
   */
  public void check(ImageDataset data) {
    for (int i = 0; i < data.size(); i++) {
      checkNames(data.sample(i));
    }
    try {
      WholeFiles.checkWritable(root);
    } catch (IOException e) {
      throw problem(root, e);
    }
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
   * @throws DatasetException if its generator's folder is not a plain name
   * @throws UncheckedIOException if it cannot be written
   */
  @Override
  public void accept(AttackedImage attacked, Image image) {
    Sample sample = attacked.sample();
    checkNames(sample);
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
   * file the original's name, the scores and the distances.
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
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("attack", result.attack());
    manifest.put("budget", result.budget().toString());
    manifest.put("settings", result.settings());
    manifest.put("victim", result.victim());
    manifest.put("warnings", result.warnings());
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
    manifest.put("images", images);
    try {
      write(root.resolve("manifest.json"), JSON.writeValueAsBytes(manifest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
    return new UncheckedIOException(
        "%s: attacked images cannot be written there (%s); choose another folder or make room"
            .formatted(place, WholeFiles.reason(e)),
        e);
  }
}
