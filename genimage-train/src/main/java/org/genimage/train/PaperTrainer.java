package org.genimage.train;

import java.nio.file.Path;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Trainer;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;

/**
 * Trains a detector by its published recipe: the service behind {@code Detectors.x().train(data)}.
 * It logs its progress at INFO.
 */
public final class PaperTrainer implements Trainer {

  /** Creates the trainer; the service loader needs this. */
  public PaperTrainer() {}

  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data) {
    return trainer(blueprint, data).fit(blueprint, data);
  }

  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data, Path folder) {
    return trainer(blueprint, data).fit(blueprint, data, folder);
  }

  private static GradientTrainer trainer(Blueprint blueprint, ImageDataset data) {
    GradientTrainer trainer = GradientTrainer.with(Recipe.paper(blueprint));
    return trainer.listener(ProgressLog.of(trainer.settings(), blueprint, data));
  }
}
