package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.internal.Counted;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.protocol.ProtocolRun;
import org.genimage.eval.protocol.TestImages;
import org.genimage.eval.protocol.TrainingSet;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;
import org.genimage.train.Checkpoints;
import org.genimage.train.GradientTrainer;
import org.genimage.train.TrainingDivergedException;
import org.genimage.train.TrainingListeners;
import org.genimage.train.recipe.Recipe;

/**
 * The detectors of the tables. Each is trained once per training set; its weights are kept and used
 * for every table.
 *
 * @param images the training images
 * @param full whether the papers' recipes are used, not the small ones
 * @param samples training images of ResNet-50's small recipe, all epochs together; the other
 *     detectors' numbers are in proportion to those of their small recipes
 * @param seed of initial weights and order
 * @param errors what happens to images that cannot be read
 */
record TableDetectors(
    TableImages images, boolean full, int samples, long seed, ErrorPolicy errors, Terminal terminal)
    implements ProtocolRun.DetectorSource {

  /** One image of each label. */
  private static final int MIN = 2;

  private static final String BASE = Detectors.resnet50().name();
  private static final TrainingSet ONE = TrainingSet.of(Generator.STABLE_DIFFUSION_V1_4);

  /** Loads the weights of an earlier run, or trains the detector and saves its weights. */
  @Override
  public Detector detector(String name, TrainingSet training) {
    checkNotLeftOut(name, training);
    Blueprint blueprint = blueprint(name);
    Path file = file(name, training);
    if (!Files.exists(file)) {
      train(blueprint, training, file);
    }
    return blueprint.load(file);
  }

  /** The weights of an earlier run say whose scores must be in the folder. */
  @Override
  public Optional<DetectorIdentity> identity(String name, TrainingSet training) {
    Path file = file(name, training);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Detector detector = blueprint(name).load(file)) {
      return Optional.of(DetectorIdentity.of(detector));
    }
  }

  /** Returns a source of the detectors that were trained; it trains none. */
  ProtocolRun.DetectorSource trained() {
    return (name, training) -> {
      checkNotLeftOut(name, training);
      Path file = file(name, training);
      if (!Files.exists(file)) {
        images.train(training); // says so if that is why
        throw new DatasetException(
            "%s trained on %s: expected its weights, found none at %s; remove its scores to train it"
                    .formatted(name, training, file)
                + " again");
      }
      return detector(name, training);
    };
  }

  private Blueprint blueprint(String name) {
    Blueprint published = Detectors.named(name);
    return full ? published : SmallData.of(published).input(published);
  }

  /** A rehearsal trains ResNet-50 on each generator, the other detectors on one. */
  private boolean isLeftOut(String name, TrainingSet training) {
    return !full
        && !name.equals(BASE)
        && training.generators().size() == 1
        && !training.equals(ONE);
  }

  private void checkNotLeftOut(String name, TrainingSet training) {
    if (isLeftOut(name, training)) {
      throw new DatasetException(
          "%s: a rehearsal trains it only on %s and on all of GenImage; --full trains it on each"
              .formatted(name, ONE));
    }
  }

  private Path file(String name, TrainingSet training) {
    return images
        .folder()
        .resolve("weights")
        .resolve(TableImages.slug(name + " " + training) + ".safetensors");
  }

  private void train(Blueprint blueprint, TrainingSet training, Path file) {
    ImageDataset all = images.train(training);
    ImageDataset data = full ? all : all.draw(budget(blueprint), seed);
    Recipe recipe = full ? Recipe.paper(blueprint) : rehearsal(blueprint, data.size());
    Path checkpoints =
        images.folder().resolve("checkpoints").resolve(file.getFileName().toString());
    long begin = System.nanoTime();
    long total = (long) recipe.epochs() * data.size();
    try {
      Weights weights =
          terminal.during(
              "Training %s on %s".formatted(blueprint.name(), training),
              total,
              progress -> {
                GradientTrainer trainer =
                    GradientTrainer.with(recipe)
                        .onError(errors)
                        .listener(TrainingListeners.progress(progress));
                return (full
                        ? asInThePaper(trainer, training, checkpoints)
                        : asInSmall(trainer, blueprint))
                    .fit(blueprint, data);
              });
      weights.write(file);
    } catch (TrainingDivergedException e) {
      throw new DatasetException(
          "%s trained on %s: %s".formatted(blueprint.name(), training, e.getMessage()));
    }
    Outputs.remove(checkpoints);
    double seconds = (System.nanoTime() - begin) / 1e9;
    terminal.say(
        "  trained %s on %s: %s of %d images in %.0f s",
        blueprint.name(), training, Counted.of(recipe.epochs(), "epoch"), data.size(), seconds);
  }

  /** As the authors' scripts do, the best epoch and CNNSpot's learning rates follow validation. */
  private GradientTrainer asInThePaper(
      GradientTrainer trainer, TrainingSet training, Path checkpoints) {
    return trainer
        .validation(images.test(new TestImages(training.name(), training.generators())))
        .checkpoints(Checkpoints.in(checkpoints).every(Duration.ofMinutes(10)));
  }

  private GradientTrainer asInSmall(GradientTrainer trainer, Blueprint blueprint) {
    GradientTrainer frozen = trainer.freeze(SmallData.frozen(blueprint).toArray(String[]::new));
    return SmallData.start(blueprint, seed).map(frozen::from).orElse(frozen);
  }

  private Recipe rehearsal(Blueprint blueprint, int available) {
    int epochs = SmallData.epochs(budget(blueprint), available);
    return SmallData.of(blueprint).recipe(blueprint, epochs, available).seed(seed);
  }

  private int budget(Blueprint blueprint) {
    long small = SmallData.of(blueprint).samples();
    long base = SmallData.of(Detectors.resnet50()).samples();
    return Math.toIntExact(Math.max(MIN, samples * small / base));
  }
}
