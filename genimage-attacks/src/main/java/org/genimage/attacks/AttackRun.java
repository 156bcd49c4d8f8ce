package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.genimage.data.Augmentation;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Image;
import org.genimage.data.ImageBatch;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Pixels;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;

/**
 * How a dataset is attacked: a batch at a time, prepared as the victim's input contract says. The
 * attack only proposes; the run clips to [0, 1], checks the budget, rounds to 8 bits and asks the
 * victim again. It keeps numbers of all images and the pixels of the first few.
 *
 * <pre>{@code
 * AttackResult result =
 *     AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0))).batchSize(32).against(victim, data);
 * }</pre>
 *
 * @param <D> what the attack needs of its victim
 * @param attack the attack
 * @param batchSize images that are attacked together
 * @param examples the attacked images to keep for a look
 * @param onError what happens to images that cannot be read
 * @param progress hears of the images attacked or skipped so far
 */
public record AttackRun<D extends Detector>(
    Attack<D> attack, int batchSize, int examples, ErrorPolicy onError, Progress progress) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the batch size or the number of examples is not positive
   */
  public AttackRun {
    checkArgument(batchSize > 0, "batch size must be positive, got %s", batchSize);
    checkArgument(examples > 0, "number of examples must be positive, got %s", examples);
  }

  /**
   * Returns a run in batches of 16 that keeps 8 examples and fails at the first unreadable image.
   */
  public static <D extends Detector> AttackRun<D> of(Attack<D> attack) {
    return new AttackRun<>(attack, 16, 8, ErrorPolicy.fail(), Progress.NONE);
  }

  /**
   * Returns this run with another batch size.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public AttackRun<D> batchSize(int batchSize) {
    return new AttackRun<>(attack, batchSize, examples, onError, progress);
  }

  /**
   * Returns this run with another number of attacked images to keep.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public AttackRun<D> examples(int examples) {
    return new AttackRun<>(attack, batchSize, examples, onError, progress);
  }

  /** Returns this run with another policy for images that cannot be read. */
  public AttackRun<D> onError(ErrorPolicy onError) {
    return new AttackRun<>(attack, batchSize, examples, onError, progress);
  }

  /** Returns this run with somebody who hears how far it has come. */
  public AttackRun<D> progress(Progress progress) {
    return new AttackRun<>(attack, batchSize, examples, onError, progress);
  }

  /**
   * Attacks a detector with every image of a dataset.
   *
   * @param victim stays open
   * @throws IllegalArgumentException if the dataset is empty
   * @throws IllegalStateException if the attack breaks its contract: another shape or more change
   *     than its budget
   * @throws org.genimage.data.UnreadableImageException if more images are unreadable than the
   *     policy allows
   * @throws DatasetException if no image can be read
   */
  public AttackResult against(D victim, ImageDataset data) {
    BatchLoader loader =
        BatchLoader.of(data)
            .augmentation(Augmentation.of(victim.input().evaluation()))
            .batchSize(batchSize)
            .onError(onError);
    List<AttackedImage> images = new ArrayList<>();
    List<Image> kept = new ArrayList<>();
    try (Batches batches = loader.epoch(0)) {
      boolean more = batches.hasNext();
      while (more) {
        Batch batch = batches.next();
        Pixels clean = batch.images().toPixels();
        Pixels attacked = attacked(victim, clean, batch.labels());
        ImageBatch saved = attacked.toImages();
        images.addAll(measured(victim, batch, clean, attacked, saved));
        for (int i = 0; i < saved.count() && kept.size() < examples; i++) {
          kept.add(saved.image(i));
        }
        more = batches.hasNext();
        progress.update(images.size() + batches.skipped().size(), data.size());
      }
      if (images.isEmpty()) {
        throw new DatasetException(
            "attack needs at least one readable image, found %d unreadable ones; the first: %s"
                .formatted(data.size(), batches.skipped().get(0).reason()));
      }
      return new AttackResult(
          attack.name(),
          attack.budget(),
          victim.name(),
          images,
          ImageBatch.of(kept),
          batches.skipped());
    }
  }

  private Pixels attacked(D victim, Pixels clean, List<Label> labels) {
    Pixels attacked = attack.perturb(victim, clean, labels);
    checkState(
        attacked.count() == clean.count()
            && attacked.height() == clean.height()
            && attacked.width() == clean.width(),
        "%s must return %s images of %sx%s pixels, got %s of %sx%s",
        attack.name(),
        clean.count(),
        clean.width(),
        clean.height(),
        attacked.count(),
        attacked.width(),
        attacked.height());
    float[] values = attacked.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, Math.min(1, values[i]));
    }
    return Pixels.of(clean.count(), clean.height(), clean.width(), values);
  }

  private List<AttackedImage> measured(
      D victim, Batch batch, Pixels clean, Pixels attacked, ImageBatch saved) {
    float[] before = clean.toArray();
    float[] after = attacked.toArray();
    int length = before.length / clean.count();
    double[] cleanScores = victim.score(batch.images());
    double[] savedScores = victim.score(saved);
    double[] floatScores =
        victim instanceof DifferentiableDetector exact ? exact.score(attacked) : new double[0];
    List<AttackedImage> images = new ArrayList<>();
    for (int i = 0; i < clean.count(); i++) {
      Sample sample = batch.samples().get(i);
      int from = i * length;
      int to = from + length;
      checkBudget(attack.budget().norm().distance(before, after, from, to), length, sample);
      images.add(
          new AttackedImage(
              sample,
              cleanScores[i],
              savedScores[i],
              floatScores.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(floatScores[i]),
              Norm.LINF.distance(before, after, from, to),
              Norm.L2.distance(before, after, from, to)));
    }
    return images;
  }

  private void checkBudget(double distance, int values, Sample sample) {
    Budget budget = attack.budget();
    checkState(
        distance <= budget.size() + budget.norm().rounding(values),
        "%s must change an image by at most %s in %s (budget %s), changed %s by %s",
        attack.name(),
        budget.size(),
        budget.norm(),
        budget,
        sample.name(),
        distance);
  }
}
