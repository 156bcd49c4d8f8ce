/** An application that knows genimage's modules by name. */
module app {
  requires org.genimage.train;
}
