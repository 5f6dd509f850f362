using System.Runtime.CompilerServices;

// Only blittable types cross into C; the source generator converts the rest, and nothing is left to the runtime's own rules.
[assembly: DisableRuntimeMarshalling]
