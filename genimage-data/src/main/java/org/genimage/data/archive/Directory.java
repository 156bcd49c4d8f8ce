package org.genimage.data.archive;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A folder of a dataset: on disk, or within an archive and treated as if it were unpacked. */
public interface Directory {

  /** Returns where it lies, or would lie if the archive were unpacked beside its volumes. */
  Path path();

  /** Returns the folder of this name in it, upper or lower case. */
  Optional<Directory> child(String name);

  /** Returns the names of the folders in it, in order, but for hidden ones and macOS's. */
  List<String> folders();

  /** Returns the names of all that is in it, in order, for messages. */
  List<String> contents();

  /** Returns the names of the images in it, in order. */
  List<String> images();

  /** Returns the content of one of the images. */
  ByteSource content(String image);
}
