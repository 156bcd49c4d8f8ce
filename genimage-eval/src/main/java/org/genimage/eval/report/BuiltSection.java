package org.genimage.eval.report;

import com.google.common.collect.ImmutableList;

/** What {@link Section.Builder} made. */
record BuiltSection(String html, ImmutableList<Table> tables) implements Section {}
