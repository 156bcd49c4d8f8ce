package org.genimage.data.formats;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The formats that are read, told apart by their first bytes. */
public enum FileFormat {
  JPEG("JPEG", "\u00ff\u00d8\u00ff"),
  PNG("PNG", "\u0089PNG"),
  WEBP("WebP", "RIFF....WEBP"),
  GIF("GIF", "GIF8[79]a"),
  BMP("BMP", "BM"),
  TIFF("TIFF", "II[*+]\0|MM\0[*+]"),
  PPM("PPM", "P6\\s");

  /** How many bytes of a file are looked at. */
  public static final int LONGEST = 64;

  /** Formats that are told apart, but not read. The first that fits is taken. */
  private static final List<Other> OTHERS =
      List.of(
          new Other("AVIF", "....ftypavi[fs]|....ftyp.{8}(?:.{4})*avi[fs]"),
          new Other("HEIC", "....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)"),
          new Other("JPEG XL", "\u00ff\n|\0\0\0\fJXL \r\n"),
          new Other("JPEG 2000", "\0\0\0\fjP  \r\n|\u00ffO\u00ffQ"),
          new Other("a video in an MP4 file", "....ftyp"),
          new Other("a Photoshop file", "8BPS"),
          new Other("an OpenEXR image", "v/1\u0001"),
          new Other("a Windows icon", "\0\0[\u0001\u0002]\0"),
          new Other("a PDF file", "%PDF-"),
          new Other("a ZIP archive", "PK\u0003\u0004"),
          new Other("data compressed by gzip", "\u001f\u008b"),
          new Other("a Netpbm image that is not binary PPM", "P[1-7]\\s"),
          new Other("an SVG drawing", "\\s*(?:<\\?xml[^>]*>\\s*)?<svg"),
          new Other("a page of HTML", "\\s*(?i:<!doctype html|<html|<head|<body)"),
          new Other("a Git LFS pointer", "version https://git-lfs"));

  private final String title;
  private final Pattern start;

  FileFormat(String title, String start) {
    this.title = title;
    this.start = Pattern.compile(start, Pattern.DOTALL);
  }

  public String title() {
    return title;
  }

  public static Optional<FileFormat> of(byte[] file) {
    String start = start(file);
    return Arrays.stream(values()).filter(f -> f.start.matcher(start).lookingAt()).findFirst();
  }

  /** Returns the name of a format that is not read, if the file begins as one. */
  public static Optional<String> unreadable(byte[] file) {
    String start = start(file);
    return OTHERS.stream()
        .filter(other -> other.start().matcher(start).lookingAt())
        .map(Other::title)
        .findFirst();
  }

  private static String start(byte[] file) {
    return new String(file, 0, Math.min(LONGEST, file.length), StandardCharsets.ISO_8859_1);
  }

  private record Other(String title, Pattern start) {

    Other(String title, String start) {
      this(title, Pattern.compile(start, Pattern.DOTALL));
    }
  }
}
