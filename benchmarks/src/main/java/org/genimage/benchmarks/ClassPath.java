package org.genimage.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes the class path of the benchmarks to a file, so that scripts can start them without Maven.
 */
public final class ClassPath {

  private ClassPath() {}

  /** Takes the file to write. */
  public static void main(String[] arguments) throws IOException {
    Files.writeString(Path.of(arguments[0]), System.getProperty("java.class.path"));
  }
}
