/** The detectors of the GenImage paper as TensorFlow graphs, with weights and input contracts. */
@SuppressWarnings("module") // the friends of internal are built after this module
module org.genimage.models {
  requires transitive org.genimage.data;
  requires transitive tensorflow;
  requires com.fasterxml.jackson.databind;
  requires java.net.http;

  exports org.genimage.models;
  exports org.genimage.models.internal to
      org.genimage.app,
      org.genimage.attacks,
      org.genimage.train;
  exports org.genimage.models.networks;
  exports org.genimage.models.nn;
  exports org.genimage.models.pretrained;
  exports org.genimage.models.weights;

  opens org.genimage.models to
      com.fasterxml.jackson.databind;

  uses org.genimage.models.Trainer;
}
