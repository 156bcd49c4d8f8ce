/** GenImage's images, labels, datasets and augmentation, and a simulated GenImage. */
@SuppressWarnings("module") // the friends of internal are built after this module
module org.genimage.data {
  requires transitive com.google.common;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.dataformat.cbor;
  requires com.fasterxml.jackson.dataformat.csv;
  requires transitive java.desktop;
  requires tensorflow;

  uses javax.imageio.spi.ImageReaderSpi;
  uses javax.imageio.spi.ImageWriterSpi;

  exports org.genimage.data;
  exports org.genimage.data.claims;
  exports org.genimage.data.doctor;
  exports org.genimage.data.image;
  exports org.genimage.data.simulation;
  exports org.genimage.data.formats to
      org.genimage.app;
  exports org.genimage.data.internal to
      org.genimage.app,
      org.genimage.attacks,
      org.genimage.eval,
      org.genimage.models,
      org.genimage.train;
}
