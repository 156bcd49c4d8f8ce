package org.genimage.data.internal;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Names from data that become names of files or folders. Such a name must not choose another
 * folder, here or on another system.
 */
public final class PlainNames {

  private static final Pattern SEPARATOR = Pattern.compile("[/\\\\]");
  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  private PlainNames() {}

  /** Returns whether a name is that of one file or folder, and no path. */
  public static boolean isPlain(String name) {
    return !name.isBlank() && !SEPARATOR.matcher(name).find() && !leadsOut(name);
  }

  /**
   * Returns whether a name, taken as a path, leads out of a folder: it is absolute, has a part
   * {@code .} or {@code ..}, or control characters.
   */
  public static boolean leadsOut(String name) {
    return name.startsWith("/")
        || name.startsWith("\\")
        || DRIVE.matcher(name).matches()
        || name.chars().anyMatch(Character::isISOControl)
        || Arrays.stream(SEPARATOR.split(name)).anyMatch(p -> p.equals(".") || p.equals(".."));
  }
}
