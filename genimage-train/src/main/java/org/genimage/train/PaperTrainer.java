package org.genimage.train;

import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Trainer;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;

/** Trains every detector by its paper's recipe: what {@code Detectors.x().train(data)} finds. */
public final class PaperTrainer implements Trainer {

  /** Creates the trainer; the service loader needs this. */
  public PaperTrainer() {}

  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data) {
    return GradientTrainer.with(Recipe.paper(blueprint)).fit(blueprint, data);
  }
}
