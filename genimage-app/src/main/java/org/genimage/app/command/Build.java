package org.genimage.app.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What was built, from a file that the build writes into the jar.
 *
 * @param version genimage's
 * @param commit short hash of the sources' commit; {@code unknown} outside a Git repository
 * @param tensorflow version of TensorFlow Java
 */
public record Build(String version, String commit, String tensorflow) {

  /** Returns what this program was built from. */
  public static Build current() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("build.properties cannot be read from the jar", e);
    }
    return new Build(
        properties.getProperty("version"),
        properties.getProperty("commit"),
        properties.getProperty("tensorflow"));
  }
}
