using VirtMigration.Planning;

namespace VirtMigration.Options;

/// <summary>A setting with who asked for it.</summary>
/// <typeparam name="T">What it is.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Origin">Who asked for it.</param>
public readonly record struct Asked<T>(T Value, SettingOrigin Origin);
