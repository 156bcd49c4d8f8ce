/** Training of GenImage's detectors by the recipes of their papers. */
module org.genimage.train {
  requires transitive org.genimage.models;
  requires com.fasterxml.jackson.databind;

  exports org.genimage.train;
  exports org.genimage.train.recipe;

  opens org.genimage.train to
      com.fasterxml.jackson.databind;

  provides org.genimage.models.Trainer with
      org.genimage.train.PaperTrainer;
}
