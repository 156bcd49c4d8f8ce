/** Adversarial attacks on GenImage's detectors. */
module org.genimage.attacks {
  requires transitive org.genimage.models;
  requires com.fasterxml.jackson.databind;

  exports org.genimage.attacks;
}
