namespace VirtMigration.Native.Xml;

/// <summary>A device is tied to cells of its host, and nothing says which cells these are on another.</summary>
/// <param name="message">Which device, and what is not known.</param>
internal sealed class UnclearCellsException(string message) : FormatException(message);
