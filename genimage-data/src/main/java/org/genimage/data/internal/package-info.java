/** Shared by genimage's modules, closed to others. */
package org.genimage.data.internal;
