package org.genimage.models.pretrained;

import static java.util.stream.Collectors.joining;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Precision;
import org.genimage.models.pretrained.Cache.CachedFile;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * Weights that the authors of a detector published under a licence that allows it. {@link #load}
 * makes a detector of them; the first time it downloads them into a folder that keeps them:
 *
 * <pre>{@code
 * try (Detector detector = Pretrained.recommended().load()) {
 *   double score = detector.score(Path.of("photo.jpg"));
 * }
 * }</pre>
 *
 * <p>A file is compared with the hash that genimage knows, else with the one that the hub states.
 * What was found is noted beside the file, and every later use compares with it. docs/weights.md
 * says where the files lie, how to put them there by hand, and which environment variables count;
 * docs/choosing-a-detector.md says which detector is good for what.
 *
 * <p>NPR is not here: its published weights carry no licence. Who may use them loads a copy with
 * {@code Detectors.npr().load(file)}.
 *
 * <p>An immutable value; nothing happens before {@link #download}, {@link #weights} or {@link
 * #load} is called.
 */
public final class Pretrained {

  private final PublishedModel model;
  private final Blueprint blueprint;
  private final Access access;

  Pretrained(PublishedModel model, Blueprint blueprint, Access access) {
    this.model = model;
    this.blueprint = blueprint;
    this.access = access;
  }

  /**
   * Returns the weights to take when nobody names any: {@link #communityForensics}. They were
   * trained on images of 4,803 generators, far more than the others; they see an image resized, so
   * an image that was resized before is nothing new to them; their licence is MIT; and 87 MB are
   * downloaded. SAFE and FerretNet look at differences between neighbouring pixels, which resizing
   * and compression change; UnivFD needs 1.7 GB, and its head has seen one generator.
   *
   * <p>They are bad at images of newer generators, and at images that were changed much: an
   * independent test with generators of 2026 reports 75.8 % for images as they were made, 65.9 %
   * after a reduction to 768 pixels and JPEG 60, and 56.5 % after 512 pixels and JPEG 40. For
   * GenImage 84 % is reported. So where few images are fake, most of those that they accuse are
   * honest photographs.
   */
  public static Pretrained recommended() {
    return communityForensics();
  }

  /**
   * Returns the weights of Community Forensics (Park and Owens 2025) for 384 pixels, 87 MB, MIT.
   * Good at photographs that were resized; bad at generators of 2026.
   */
  public static Pretrained communityForensics() {
    return of("community-forensics-384");
  }

  /**
   * Returns the weights of Community Forensics (Park and Owens 2025) for 224 pixels, 87 MB, MIT.
   * They need less than a third of the multiplications of {@link #communityForensics}.
   */
  public static Pretrained communityForensics224() {
    return of("community-forensics-224");
  }

  /**
   * Returns the weights of UnivFD (Ojha, Li and Lee 2023): its head, 4 kB, MIT, and the tower that
   * it stands on, OpenAI's CLIP ViT-L/14, 1.7 GB. OpenAI asks for no deployment without testing.
   */
  public static Pretrained univFd() {
    return of("univfd");
  }

  /**
   * Returns the weights of SAFE (Li et al. 2025), Apache 2.0. Only for images that were neither
   * resized nor compressed: on GenImage, with fakes saved as JPEG like the photographs, an
   * independent test found 50.3 %, which is chance.
   */
  public static Pretrained safe() {
    return of("safe");
  }

  /**
   * Returns the weights of FerretNet-B (Liang et al. 2025), 4.3 MB, Apache 2.0. Only for images
   * that were not resized.
   */
  public static Pretrained ferretNet() {
    return of("ferretnet-b");
  }

  /**
   * Returns the weights of FerretNet-S (Liang et al. 2025), 0.5 MB, Apache 2.0. Only for images
   * that were not resized; of generated images that were resized once it finds nearly none.
   */
  public static Pretrained ferretNetSmall() {
    return of("ferretnet-s");
  }

  /** Returns all weights that are offered. */
  public static List<Pretrained> all() {
    return Catalogue.PUBLISHED.models().stream().map(Pretrained::of).toList();
  }

  /**
   * Returns the weights with this name, or those of the detector with this name, whatever its case
   * and hyphens.
   *
   * @throws IllegalArgumentException if none are offered; the message says why, where that is known
   */
  public static Pretrained named(String name) {
    Catalogue catalogue = Catalogue.PUBLISHED;
    return catalogue.models().stream()
        .filter(
            one ->
                letters(one.name()).equals(letters(name))
                    || letters(one.detector()).equals(letters(name)))
        .findFirst()
        .map(Pretrained::of)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    catalogue
                        .withheld()
                        .getOrDefault(
                            letters(name),
                            "published weights must be one of %s, got '%s'"
                                .formatted(
                                    catalogue.models().stream()
                                        .map(PublishedModel::name)
                                        .collect(joining(", ")),
                                    name))));
  }

  private static String letters(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  private static Pretrained of(String name) {
    return Catalogue.PUBLISHED.models().stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .map(Pretrained::of)
        .orElseThrow();
  }

  private static Pretrained of(PublishedModel model) {
    return new Pretrained(
        model, Detectors.named(model.detector()), Access.of(DownloadOptions.DEFAULT));
  }

  /** Returns the same weights, downloaded as these options say. */
  public Pretrained with(DownloadOptions options) {
    return new Pretrained(model, blueprint, Access.of(options));
  }

  /** Returns their name, such as {@code community-forensics-384}. */
  public String name() {
    return model.name();
  }

  /** Returns the detector that they are of. */
  public Blueprint blueprint() {
    return blueprint;
  }

  /** Returns the licences of their files. */
  public List<Licence> licences() {
    return model.files().stream().map(PublishedFile::licence).toList();
  }

  /** Returns about how many bytes are downloaded if nothing is there. */
  public long size() {
    return model.files().stream().mapToLong(PublishedFile::size).sum();
  }

  /** Returns where their files are, or will be. Files that are put there by hand are used. */
  public List<Path> places() {
    Cache cache = new Cache(access);
    return model.files().stream().map(file -> cache.place(model, file)).toList();
  }

  /** Returns whether all files are there, so that nothing would be downloaded. */
  public boolean isDownloaded() {
    return places().stream().allMatch(Files::exists);
  }

  /**
   * Downloads what is not there, and checks all files.
   *
   * @return the files, as {@link #places} says
   * @throws DownloadException if a file cannot be had, or is not what was published
   * @throws CancellationException if this thread is interrupted; what has arrived is used next time
   */
  public List<Path> download() {
    return files().stream().map(CachedFile::path).toList();
  }

  private List<CachedFile> files() {
    Cache cache = new Cache(access);
    return model.files().stream().map(file -> cache.obtain(model, file)).toList();
  }

  /**
   * Returns the weights, under the keys of the blueprint, with their licence and source in the
   * metadata. Downloads what is not there.
   *
   * @throws DownloadException if a file cannot be had, or is not what was published
   * @throws WeightsException if a file cannot be read as weights
   * @throws CancellationException if this thread is interrupted
   */
  public Weights weights() {
    List<CachedFile> files = files();
    return read(files.stream().map(CachedFile::path).toList())
        .published(
            model.name(),
            joined(model.files(), file -> file.licence().toString()),
            joined(files, file -> file.noted().toString()));
  }

  private Weights read(List<Path> files) {
    return model
        .container()
        .map(entry -> blueprint.adapted(Weights.read(files.get(0), entry)))
        .orElseGet(() -> blueprint.read(files));
  }

  private static <T> String joined(List<T> items, Function<T, String> text) {
    return items.stream().map(text).collect(joining("; and "));
  }

  /**
   * Returns the detector with these weights, to be closed by the caller. Downloads what is not
   * there.
   *
   * @throws DownloadException if a file cannot be had, or is not what was published
   * @throws WeightsException if a file cannot be read as weights, or they do not fit
   * @throws CancellationException if this thread is interrupted
   */
  public DifferentiableDetector load() {
    return load(Precision.FLOAT32);
  }

  /**
   * Returns the detector as {@link #load()} does, with the numbers of {@link
   * Blueprint#load(Weights, Precision)}.
   *
   * @throws DownloadException if a file cannot be had, or is not what was published
   * @throws WeightsException if a file cannot be read as weights, or they do not fit
   * @throws UnsupportedOperationException if this machine has no kernels for bfloat16
   * @throws CancellationException if this thread is interrupted
   */
  public DifferentiableDetector load(Precision precision) {
    Weights weights = weights();
    try {
      return blueprint.load(weights, precision);
    } catch (WeightsException e) {
      throw new WeightsException(model.name() + ": " + e.getMessage(), e);
    }
  }

  /** Returns name, size and licences in a line. */
  @Override
  public String toString() {
    return "%s, weights of %s, about %s, %s"
        .formatted(
            name(),
            blueprint.name(),
            PublishedFile.shown(size()),
            licences().stream().map(Licence::name).distinct().collect(joining(" and ")));
  }
}
