package org.genimage.data.internal;

/**
 * Makes TensorFlow's native library a good guest. Every class of genimage that touches TensorFlow
 * calls {@link #prepare} in its static initialiser, before the first class of JavaCPP loads.
 *
 * <p>JavaCPP throws OutOfMemoryError when the process holds more than four times -Xmx. The limit is
 * meant for programs that leak; genimage closes what it opens, so a service with a small heap must
 * never meet it. Users who set the properties themselves keep their values.
 */
public final class NativeRuntime {

  static {
    setUnlessSet("org.bytedeco.javacpp.maxBytes", "0");
    setUnlessSet("org.bytedeco.javacpp.maxPhysicalBytes", "0");
  }

  private NativeRuntime() {}

  /** Does nothing itself: the first call runs the static initialiser. */
  public static void prepare() {}

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
