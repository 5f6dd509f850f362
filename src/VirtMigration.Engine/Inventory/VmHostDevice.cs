namespace VirtMigration.Inventory;

/// <summary>A device of the host that a VM was given.</summary>
/// <param name="Type">What it is (formatdomain, <c>hostdev/@type</c>): <c>pci</c>, <c>usb</c>, <c>mdev</c>, <c>scsi</c> ...</param>
/// <param name="Address">Which one, in words.</param>
/// <param name="Model">The type of a mediated device (<c>vfio-pci</c>); null for others.</param>
public sealed record VmHostDevice(string Type, string Address, string? Model);
