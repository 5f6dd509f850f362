namespace VirtMigration.Inventory;

/// <summary>How CPUs are arranged.</summary>
/// <param name="Sockets">Sockets.</param>
/// <param name="Cores">Cores a socket, dies and clusters counted in.</param>
/// <param name="Threads">Threads a core.</param>
public sealed record CpuTopology(int Sockets, int Cores, int Threads);
