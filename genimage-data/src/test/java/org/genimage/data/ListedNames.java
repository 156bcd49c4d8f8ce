package org.genimage.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Prints the names of images in ASCII, with their content: a program for another locale. */
final class ListedNames {

  private ListedNames() {}

  /** Takes the folder of a benchmark, and a list of images. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    print(GenImage.open(root).train());
    print(ImageDataset.ofFolders(root.resolve("ADM"), root.resolve("ADM"), Generator.ADM));
    print(ImageDataset.ofManifest(Path.of(arguments[1])));
  }

  private static void print(ImageDataset data) throws IOException {
    for (Sample sample : data.samples()) {
      String name = sample.name().substring(sample.name().lastIndexOf('/') + 1);
      String ascii =
          name.chars()
              .mapToObj(c -> c > 32 && c < 127 ? Character.toString(c) : "<" + c + ">")
              .collect(Collectors.joining());
      System.out.println(ascii + " " + sample.content().read()[0]);
    }
    System.out.println();
  }
}
