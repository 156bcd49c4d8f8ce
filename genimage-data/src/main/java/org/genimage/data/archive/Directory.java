package org.genimage.data.archive;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A folder of a dataset, on disk or in an archive. */
public interface Directory {

  /** Returns its path; in an archive, the path it would have if it were unpacked in place. */
  Path path();

  /** Returns the folder with this name in it, in upper or lower case. */
  Optional<Directory> child(String name);

  /** Returns the names of the folders in it, in order, without hidden ones and macOS's. */
  List<String> folders();

  /** Returns the names of all files and folders in it, in order, for messages. */
  List<String> contents();

  /** Returns the names of the images in it, in order. */
  List<String> images();

  /** Returns the content of one of the images. */
  ByteSource content(String image);
}
