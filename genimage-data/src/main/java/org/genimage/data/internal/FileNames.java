package org.genimage.data.internal;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * File names as text, one text per name. On Unix a file's name is bytes. Java decodes them by the
 * locale's charset, which may lose some: then the file is listed, but cannot be opened by its name.
 * Here such a name is decoded as UTF-8; if it is not UTF-8 either, each byte above 127 is written
 * as {@code \xE9}. {@link #resolve} leads back to the same file, in every locale.
 *
 * <p>A name that really contains {@code \xE9} has its backslash written as {@code \x5C}.
 */
public final class FileNames {

  private static final Pattern ESCAPE = Pattern.compile("\\\\x(\\p{XDigit}{2})");
  private static final String BACKSLASH = "\\x5C";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private FileNames() {}

  /** Returns the last name of a path. */
  public static String of(Path path) {
    Path name = path.getFileName();
    String text = name.toString();
    FileSystem system = path.getFileSystem();
    if (isAscii(text) || isExpressible(system, text, name) || !isOfBytes(system)) {
      return protectedText(text);
    }
    byte[] bytes = bytes(name);
    if (isUtf8(bytes)) {
      String decoded = ofBytes(bytes);
      if (!isExpressible(system, decoded)) {
        return decoded; // no other file has this name, since the locale cannot spell it
      }
    }
    return escaped(bytes);
  }

  /** Returns the path of a file relative to a folder, with slashes on every system. */
  public static String relative(Path folder, Path file) {
    StringBuilder text = new StringBuilder();
    for (Path name : folder.relativize(file)) {
      text.append(text.length() == 0 ? "" : "/").append(of(name));
    }
    return text.toString();
  }

  /** Returns the text of a name that is stored in UTF-8, or in an unknown charset. */
  public static String ofBytes(byte[] name) {
    return isUtf8(name) ? protectedText(new String(name, StandardCharsets.UTF_8)) : escaped(name);
  }

  /** Returns whether bytes are UTF-8. */
  public static boolean isUtf8(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.indexOf('\ufffd') < 0
            || Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
      }
    }
    return true;
  }

  /**
   * Returns the path of a file in a folder or below.
   *
   * @param name a text of this class, perhaps several joined by slashes
   * @throws InvalidPathException if no file can have this name
   */
  public static Path resolve(Path folder, String name) {
    FileSystem system = folder.getFileSystem();
    if (!isOfBytes(system)) {
      return folder.resolve(
          name.indexOf('\\') < 0 || system.getSeparator().equals("\\")
              ? name
              : name.replace(BACKSLASH, "\\"));
    }
    boolean escaped = name.indexOf('\\') >= 0 && ESCAPE.matcher(name).find();
    if (!escaped && isExpressible(system, name)) {
      return folder.resolve(name);
    }
    return ofBytes(folder, unescaped(name));
  }

  private static Path ofBytes(Path folder, byte[] name) {
    if (name.length > 0 && name[0] == '/') {
      return path("", name);
    }
    String parent = folder.toUri().getRawPath();
    return path(parent.endsWith("/") ? parent : parent + "/", name);
  }

  /**
   * Returns the path that a person wrote, relative to a folder. It is taken as it is; only if there
   * is no such file, it may be a text of this class.
   *
   * @throws InvalidPathException if no file can have this name
   */
  public static Path written(Path folder, String path) {
    FileSystem system = folder.getFileSystem();
    if (!isOfBytes(system)) {
      return folder.resolve(path);
    }
    Path plain =
        isExpressible(system, path)
            ? folder.resolve(path)
            : ofBytes(folder, path.getBytes(StandardCharsets.UTF_8));
    return path.indexOf('\\') >= 0 && ESCAPE.matcher(path).find() && !Files.exists(plain)
        ? resolve(folder, path)
        : plain;
  }

  /** Returns the text of a path that {@link #written} found. */
  public static String text(Path folder, String path) {
    boolean plain =
        !isOfBytes(folder.getFileSystem()) || isExpressible(folder.getFileSystem(), path);
    if (plain || path.startsWith("/")) {
      return plain ? folder.resolve(path).toString() : path;
    }
    return below(folder, path);
  }

  /** Returns the text of a file's path. */
  public static String below(Path folder, String name) {
    String separator = folder.getFileSystem().getSeparator();
    String path = folder.toString();
    return (path.isEmpty() || path.endsWith(separator) ? path : path + separator)
        + name.replace("/", separator);
  }

  /** Returns the last name of a text that {@link #below} made. */
  public static String last(String path) {
    return path.substring(
        Math.max(path.lastIndexOf('/'), path.lastIndexOf(File.separatorChar)) + 1);
  }

  /** Returns what to add to "nothing there", if the locale may have changed a path's name. */
  public static String hint(Path path) {
    String charset = System.getProperty("sun.jnu.encoding", "UTF-8");
    String text = path.toString();
    return charset.equals("UTF-8") || (text.indexOf('?') < 0 && text.indexOf('\ufffd') < 0)
        ? ""
        : "; the locale's charset %s cannot express all names, so set LC_ALL=C.UTF-8"
            .formatted(charset);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a file of this name can be opened by it, in this locale. */
  public static boolean isExpressible(FileSystem system, String text) {
    return isAscii(text) || isExpressible(system, text, null);
  }

  /** Whether the locale's charset can spell a name, and as the given path if there is one. */
  private static boolean isExpressible(FileSystem system, String text, Path as) {
    try {
      Path path = system.getPath(text);
      return as == null ? path.toString().equals(text) : path.equals(as);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Whether names are bytes: on disks of Unix; other file systems of Java use text. */
  private static boolean isOfBytes(FileSystem system) {
    return system.provider().getScheme().equals("file") && system.getSeparator().equals("/");
  }

  /** Returns the bytes of a name. Of all methods of a path, only its URI has them. */
  private static byte[] bytes(Path name) {
    String path = name.toUri().getRawPath();
    int end = path.endsWith("/") ? path.length() - 1 : path.length();
    String last = path.substring(path.lastIndexOf('/', end - 1) + 1, end);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < last.length(); i++) {
      if (last.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(last, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(last.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  private static Path path(String parent, byte[] name) {
    StringBuilder uri = new StringBuilder("file://").append(parent);
    for (byte b : name) {
      boolean plain = b == '/' || b == '.' || b > 0 && Character.isLetterOrDigit(b);
      if (b == 0) {
        throw new InvalidPathException(new String(name, StandardCharsets.UTF_8), "has a zero byte");
      }
      uri.append(plain ? Character.toString(b) : "%" + HEX.toHexDigits(b));
    }
    return Path.of(URI.create(uri.toString()));
  }

  private static String protectedText(String text) {
    return text.indexOf('\\') < 0 ? text : ESCAPE.matcher(text).replaceAll("\\\\x5Cx$1");
  }

  private static String escaped(byte[] name) {
    StringBuilder text = new StringBuilder();
    for (byte b : name) {
      text.append(b < 0 ? "\\x" + HEX.toHexDigits(b) : b == '\\' ? BACKSLASH : (char) b);
    }
    return text.toString();
  }

  private static byte[] unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher escape = ESCAPE.matcher(text);
    int done = 0;
    while (escape.find()) {
      bytes.writeBytes(text.substring(done, escape.start()).getBytes(StandardCharsets.UTF_8));
      bytes.write(HexFormat.fromHexDigits(escape.group(1)));
      done = escape.end();
    }
    bytes.writeBytes(text.substring(done).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }
}
