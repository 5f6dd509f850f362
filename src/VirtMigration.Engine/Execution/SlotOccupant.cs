using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>A migration that takes a slot.</summary>
/// <param name="Vm">The VM's UUID.</param>
/// <param name="Phrase">It in words, to which may be added in whose hands it is: <c>db7</c>, or <c>VM 'db7' is under way on h1</c>.</param>
/// <param name="Shown">As a host shows it; null: this queue runs it.</param>
public sealed record SlotOccupant(Guid Vm, string Phrase, ActiveMigration? Shown);
