package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Logits;

/**
 * How a dataset is attacked: a batch at a time, prepared as the victim's input contract says. The
 * attack only proposes; the run clips to [0, 1], checks the budget, gives the original back where
 * the attack only undid an error of the victim's, stores the images as a {@link Storage} says, and
 * asks the victim again. It keeps numbers of all images and the pixels of the first few.
 *
 * <pre>{@code
 * AttackResult result =
 *     AttackRun.of(Attacks.fgsm(Budget.linf(8 / 255.0))).batchSize(32).against(victim, data);
 * }</pre>
 *
 * @param <D> what the attack needs of its victim
 * @param attack the attack
 * @param goals what it is to reach, from what the images are
 * @param batchSize images that are attacked together
 * @param examples the number of attacked images to keep for a look
 * @param onError what happens to images that cannot be read
 * @param progress receives the number of images attacked or skipped so far
 * @param sink gets every attacked image
 */
public record AttackRun<D extends Detector>(
    Attack<D> attack,
    Function<List<Label>, Goal> goals,
    int batchSize,
    int examples,
    ErrorPolicy onError,
    Progress progress,
    BiConsumer<AttackedImage, Image> sink) {

  /** From this margin on a probability of 32 bits is 1, and the gradient of its loss 0. */
  private static final double SATURATED = 16;

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
    return new AttackRun<>(
        attack, Goal::leave, 16, 8, ErrorPolicy.fail(), Progress.NONE, (image, pixels) -> {});
  }

  /**
   * Returns this run with another batch size.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public AttackRun<D> batchSize(int batchSize) {
    return new AttackRun<>(attack, goals, batchSize, examples, onError, progress, sink);
  }

  /**
   * Returns this run with another number of attacked images to keep.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public AttackRun<D> examples(int examples) {
    return new AttackRun<>(attack, goals, batchSize, examples, onError, progress, sink);
  }

  /** Returns this run with another policy for images that cannot be read. */
  public AttackRun<D> onError(ErrorPolicy onError) {
    return new AttackRun<>(attack, goals, batchSize, examples, onError, progress, sink);
  }

  /** Returns this run with a listener for its progress. */
  public AttackRun<D> progress(Progress progress) {
    return new AttackRun<>(attack, goals, batchSize, examples, onError, progress, sink);
  }

  /** Returns this run with a target: the victim shall say this of every image. */
  public AttackRun<D> target(Label target) {
    Function<List<Label>, Goal> reach = labels -> Goal.reach(target, labels.size());
    return new AttackRun<>(attack, reach, batchSize, examples, onError, progress, sink);
  }

  /**
   * Returns this run with a receiver of every attacked image, in 8 bits and of the size of the
   * victim's input, such as an {@link AttackedFolder}.
   */
  public AttackRun<D> sink(BiConsumer<AttackedImage, Image> sink) {
    return new AttackRun<>(attack, goals, batchSize, examples, onError, progress, sink);
  }

  /**
   * Attacks a detector with every image of a dataset.
   *
   * @param victim stays open
   * @throws IllegalArgumentException if the dataset is empty, or the victim takes whole images,
   *     which have no common size
   * @throws IllegalStateException if the attack breaks its contract: another shape or more change
   *     than its budget
   * @throws org.genimage.data.image.UnreadableImageException if more images are unreadable than the
   *     policy allows
   * @throws DatasetException if no image can be read, or {@link AttackedFolder#check} refuses
   */
  public AttackResult against(D victim, ImageDataset data) {
    checkArgument(
        victim.input().resize().crops(),
        "an attack on a dataset needs images of one size, %s takes whole images; load it with an"
            + " input contract that crops",
        victim.name());
    if (!(sink instanceof AttackedFolder folder)) {
      return attacked(victim, data);
    }
    folder.check(data);
    folder.lock();
    boolean done = false;
    try {
      AttackResult result = attacked(victim, data);
      done = true;
      return result;
    } finally {
      if (!done) {
        folder.close();
      }
    }
  }

  private AttackResult attacked(D victim, ImageDataset data) {
    BatchLoader loader =
        BatchLoader.of(data)
            .augmentation(Augmentation.of(victim.input().evaluation()))
            .batchSize(batchSize)
            .onError(onError);
    List<AttackedImage> images = new ArrayList<>();
    List<Image> originals = new ArrayList<>();
    List<Image> kept = new ArrayList<>();
    int flat = 0;
    int saturated = 0;
    try (Batches batches = loader.epoch(0)) {
      boolean more = batches.hasNext();
      while (more) {
        Batch batch = batches.next();
        Goal goal = goals.apply(batch.labels());
        Pixels clean = batch.images().toPixels();
        double[] scores = victim.score(batch.images());
        saturated += saturated(victim, clean, scores);
        if (images.isEmpty()
            && attack.usesGradients()
            && victim instanceof DifferentiableDetector differentiable) {
          flat = flat(goal.ascent(differentiable, clean), clean.count());
        }
        Pixels attacked = attacked(victim, clean, goal, scores);
        ImageBatch saved = attacked.toImages();
        List<AttackedImage> measured = measured(victim, batch, goal, scores, clean, attacked);
        for (int i = 0; i < saved.count(); i++) {
          sink.accept(measured.get(i), saved.image(i));
          if (kept.size() < examples) {
            originals.add(batch.images().image(i));
            kept.add(saved.image(i));
          }
        }
        images.addAll(measured);
        more = batches.hasNext();
        progress.update(images.size() + batches.skipped().size(), data.size());
      }
      if (images.isEmpty()) {
        throw new DatasetException(
            "attack needs at least one readable image, found %s unreadable ones; the first: %s"
                .formatted(data.size(), batches.skipped().get(0).reason()));
      }
      return new AttackResult(
          attack.name(),
          attack.budget(),
          settings(),
          victim.name(),
          images,
          ImageBatch.of(originals),
          ImageBatch.of(kept),
          batches.skipped(),
          warnings(images.size(), flat, saturated));
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>(attack.settings());
    Goal goal = goals.apply(List.of(Label.NATURE));
    settings.put("goal", goal.targeted() ? "say " + goal.wanted(0) : "leave the image's label");
    settings.put("batch size", Integer.toString(batchSize));
    return settings;
  }

  private static int flat(float[] gradient, int count) {
    int length = gradient.length / count;
    int flat = 0;
    for (int from = 0; from < gradient.length; from += length) {
      int at = from;
      while (at < from + length && gradient[at] == 0) {
        at++;
      }
      flat += at == from + length ? 1 : 0;
    }
    return flat;
  }

  /**
   * Returns for how many images the network's own logits, before any temperature, lie far apart.
   */
  private static int saturated(Detector victim, Pixels clean, double[] scores) {
    double temperature = victim.calibration().temperature();
    Optional<Logits> logits =
        temperature != 1 && victim instanceof DifferentiableDetector differentiable
            ? Optional.of(differentiable.logits(clean))
            : Optional.empty();
    int saturated = 0;
    for (int i = 0; i < scores.length; i++) {
      double margin =
          logits.isPresent()
              ? logits.get().margin(i)
              : temperature * Math.log(scores[i] / (1 - scores[i]));
      saturated += Math.abs(margin) > SATURATED ? 1 : 0;
    }
    return saturated;
  }

  private List<String> warnings(int images, int flat, int saturated) {
    List<String> warnings = new ArrayList<>();
    if (flat > 0) {
      warnings.add(
          "the gradient of %s of the first %s images is 0 everywhere: nothing follows from an"
                  .formatted(flat, Math.min(batchSize, images))
              + " attack that stands still");
    }
    if (saturated > 0) {
      warnings.add(
          String.format(
                  Locale.ROOT,
                  "the logits of %d of %d images are more than %.0f apart: the loss's gradient vanishes in",
                  saturated,
                  images,
                  SATURATED)
              + " 32 bits; attack the logits, as CW-L2 does, or without gradients, as Square does");
    }
    return warnings;
  }

  private Pixels attacked(D victim, Pixels clean, Goal goal, double[] scores) {
    Pixels attacked = attack.perturb(victim, clean, goal);
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
    float[] before = clean.toArray();
    float[] values = attacked.toArray();
    Inputs.clip(values);
    int length = values.length / clean.count();
    double[] after = victim.score(attacked.toImages());
    for (int i = 0; i < after.length; i++) {
      if (goal.reached(i, scores[i]) && !goal.reached(i, after[i])) {
        System.arraycopy(before, i * length, values, i * length, length);
      }
    }
    return Pixels.of(clean.count(), clean.height(), clean.width(), values);
  }

  private List<AttackedImage> measured(
      D victim, Batch batch, Goal goal, double[] scores, Pixels clean, Pixels attacked) {
    float[] before = clean.toArray();
    float[] after = attacked.toArray();
    int length = before.length / clean.count();
    Map<Storage, double[]> stored = new EnumMap<>(Storage.class);
    for (Storage storage : Storage.values()) {
      if (storage != Storage.FLOATS) {
        stored.put(storage, victim.score(storage.of(attacked.toImages())));
      } else if (victim instanceof DifferentiableDetector exact) {
        stored.put(storage, exact.score(attacked));
      }
    }
    List<AttackedImage> images = new ArrayList<>();
    for (int i = 0; i < clean.count(); i++) {
      Sample sample = batch.samples().get(i);
      int image = i;
      int from = i * length;
      int to = from + length;
      checkBudget(attack.budget().norm().distance(before, after, from, to), length, sample);
      images.add(
          new AttackedImage(
              sample,
              goal.wanted(i),
              scores[i],
              Maps.transformValues(stored, all -> all[image]),
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
