/** Adversarial attacks on GenImage's detectors. */
module org.genimage.attacks {
  requires transitive org.genimage.models;

  exports org.genimage.attacks;
}
